//! The SDK for Python: its own tests, what reaches the host from inside a component, and measures that give
//! the same bits as their twins in Rust.
//!
//! A Python component takes some ten seconds to build and as long to admit, so of the twins the shortest and
//! the longest are looked at; with `ASSAY_FULL=1` all are.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use assay_tests::{assay, built_guest, built_python, python, python_sdk, shipped_task};
use serde_json::Value;
use tempfile::TempDir;

/// What is compared every time.
const SHORT: [&str; 2] = ["sum-of-squares", "dbi-times-mixup"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Each network of the shipped task with its value's bits.
fn values(component: &Path) -> Vec<(String, u64)> {
    let task = shipped_task();
    let args = ["run".as_ref(), component.as_os_str(), "--json".as_ref()];
    let ran = assay(args.into_iter().chain(["--task".as_ref(), task.as_os_str()])).ok().json();
    let networks = ran["tasks"][0]["networks"].as_array().unwrap();
    networks.iter().map(bits).collect()
}

fn bits(network: &Value) -> (String, u64) {
    let value = network["value"].as_f64().unwrap_or_else(|| panic!("{network}"));
    (network["network"].to_string(), value.to_bits())
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
    let checks = values(&component);
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
        assert_eq!(values(&component), values(&built_guest(&name)), "{name}");
        compared.push(name);
    }
    assert!(compared.len() >= SHORT.len(), "{compared:?}");
}
