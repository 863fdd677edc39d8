//! The SDK for Python: its own tests, what reaches the host from inside a component, and measures that give
//! the same bits as their twins in Rust.
//!
//! A Python component takes some ten seconds to build and as long to admit, so of the twins one is looked
//! at; with `ASSAY_FULL=1` all are.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_tests::{
    binary, built_guest, built_python, componentize_py, python, python_sdk, shipped_task,
};
use serde_json::Value;
use tempfile::TempDir;

/// What is compared every time.
const SHORT: [&str; 1] = ["mixup-accuracy"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The command, with a cache of compiled code that goes when the test does: no build of a Python component
/// gives the same bytes as another, so what is kept of it is of no use later.
fn assay(dir: &TempDir) -> Command {
    let mut assay = Command::new(binary("assay"));
    assay.env("XDG_CACHE_HOME", dir.path().join("cache"));
    assay
}

/// Each network of the shipped task with its value's bits.
fn values(dir: &TempDir, component: &Path) -> Vec<(String, u64)> {
    let mut assay = assay(dir);
    assay.arg("run").arg(component).arg("--json").arg("--task").arg(shipped_task());
    let ran = assay.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let document: Value = serde_json::from_slice(&ran.stdout).unwrap();
    document["tasks"][0]["networks"].as_array().unwrap().iter().map(bits).collect()
}

fn bits(network: &Value) -> (String, u64) {
    let value = network["value"].as_f64().unwrap_or_else(|| panic!("{network}"));
    (network["id"].to_string(), value.to_bits())
}

/// Where a component of a test goes.
fn place(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(format!("{name}.wasm"))
}

#[test]
fn the_sdk_passes_its_own_tests() {
    let Some(mut python) = python() else { return };
    python.current_dir(python_sdk()).args(["-m", "unittest", "discover", "-t", ".", "-s", "tests"]);
    let output = python.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("Ran 0 tests"), "{said}");
}

#[test]
fn every_function_of_the_sdk_reaches_the_host_and_comes_back() {
    let dir = TempDir::new().unwrap();
    let component = place(&dir, "probe");
    let Some(()) = built_python(&python_sdk().join("tests/probe"), &component) else { return };
    let checks = values(&dir, &component);
    assert_eq!(checks.len(), 16);
    for (network, bits) in checks {
        let checks = f64::from_bits(bits);
        assert!(checks >= 250.0, "the probe made only {checks} checks of {network}");
    }
}

#[test]
fn measures_give_the_bits_of_their_twins_in_rust() {
    let measures = python_sdk().join("measures");
    let mut compared = Vec::new();
    let dir = TempDir::new().unwrap();
    for entry in fs::read_dir(measures).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if std::env::var_os("ASSAY_FULL").is_none() && !SHORT.contains(&name.as_str()) {
            continue;
        }
        let twin = root().join("guest-sdk/measures").join(&name);
        assert!(twin.is_dir(), "{name} has no twin in Rust");
        let component = place(&dir, &name);
        let project = python_sdk().join("measures").join(&name);
        let Some(()) = built_python(&project, &component) else { return };
        assert_eq!(values(&dir, &component), values(&dir, &built_guest(&name)), "{name}");
        compared.push(name);
    }
    assert!(compared.len() >= SHORT.len(), "{compared:?}");
}

/// The part of the SDK's README between two fences, by what stands before the first.
fn fenced<'a>(text: &'a str, opening: &str) -> &'a str {
    let (_, rest) = text.split_once(opening).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_readmes_measure_is_built_by_assay_and_runs() {
    let (Some(_), Some(builder)) = (python(), componentize_py()) else { return };
    let readme = fs::read_to_string(python_sdk().join("README.md")).unwrap();
    let dir = TempDir::new().unwrap();
    let project = dir.path().join("training-error");
    fs::create_dir(&project).unwrap();
    fs::write(project.join("pyproject.toml"), fenced(&readme, "```toml\n")).unwrap();
    fs::write(project.join("measure.py"), fenced(&readme, "```python\n")).unwrap();
    let component = place(&dir, "training-error");
    let mut build = assay(&dir);
    build.arg("build").arg(&project).arg("-o").arg(&component);
    build.env("PYTHONPATH", python_sdk().join("src")).env("ASSAY_COMPONENTIZE_PY", builder);
    let built = build.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    for (network, bits) in values(&dir, &component) {
        let error = f64::from_bits(bits);
        assert!((0.0..0.5).contains(&error), "{error} of {network}");
    }
}
