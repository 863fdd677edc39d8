//! From nothing to a scored measure.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::Command;

use assay_tests::{assay, binary, componentize_py, python, python_sdk, shipped_task};
use assay_toolchain::Toolchain;
use serde_json::Value;
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn a_new_project_builds_passes_and_scores_as_it_is() {
    if let Err(error) = Toolchain::find() {
        eprintln!("skipped: {error}");
        return;
    }
    let dir = TempDir::new().unwrap();
    let into = dir.path().to_str().unwrap();
    let ran = assay(["new", "my-measure", "--into", into]).ok();
    assert!(ran.stderr.contains("--task TASK"), "{}", ran.stderr);
    let project = dir.path().join("my-measure");
    let lock = fs::read_to_string(project.join("Cargo.lock")).unwrap();
    let task = shipped_task();
    let ran =
        assay(["run", project.to_str().unwrap(), "--task", task.to_str().unwrap(), "--json"]).ok();
    assert!(ran.json()["tasks"][0]["score"].is_number());
    let values = ran.json()["tasks"][0]["networks"].as_array().unwrap().clone();
    assert!(values.iter().all(|network| (0.0..=1.0).contains(&network["value"].as_f64().unwrap())));
    // The lock file was taken as it is: a build with another one would have been refused.
    assert_eq!(fs::read_to_string(project.join("Cargo.lock")).unwrap(), lock);

    let file = dir.path().join("my-measure.wasm");
    assay(["build", project.to_str().unwrap(), "-o", file.to_str().unwrap()]).ok();
    let checked = assay(["check", file.to_str().unwrap(), "--json"]).ok().json();
    assert_eq!((&checked["name"], &checked["version"]), (&"my-measure".into(), &"0.1.0".into()));

    let mut tests = Command::new(env!("CARGO"));
    tests.args(["test", "--quiet", "--locked", "--offline"]).current_dir(&project);
    let tested = tests.env("CARGO_TARGET_DIR", dir.path().join("target")).output().unwrap();
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
}

/// The same measure as the one that a new project in Rust holds, so it has the same values.
#[test]
fn a_new_project_in_python_builds_passes_and_scores_as_it_is() {
    let dir = TempDir::new().unwrap();
    let into = dir.path().to_str().unwrap();
    let ran = assay(["new", "my-measure", "--into", into, "--lang", "python"]).ok();
    assert!(ran.stderr.contains("pip install /"), "{}", ran.stderr);
    let project = dir.path().join("my-measure");
    let manifest = fs::read_to_string(project.join("pyproject.toml")).unwrap();
    assert!(manifest.contains("assay-sdk @ file:///"), "{manifest}");

    let Some(mut tests) = python() else { return };
    let tested = tests.args(["-m", "unittest", "-v"]).current_dir(&project).output().unwrap();
    let said = String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success() && said.contains("Ran 1 test"), "{said}");

    let Some(builder) = componentize_py() else { return };
    let json = |command: &mut Command| -> Value {
        command.arg("--json").env("PYTHONPATH", python_sdk().join("src"));
        command.env("ASSAY_COMPONENTIZE_PY", &builder);
        // No build of a Python component gives the same bytes as another: what is kept is of no use later.
        let output = command.env("XDG_CACHE_HOME", dir.path().join("cache")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let mut run = Command::new(binary("assay"));
    let scored = json(run.arg("run").arg(&project).arg("--task").arg(shipped_task()));
    assert!(scored["tasks"][0]["score"].is_number());

    if let Err(error) = Toolchain::find() {
        eprintln!("skipped: {error}");
        return;
    }
    assay(["new", "twin", "--into", into]).ok();
    let twin = dir.path().join("twin");
    let task = shipped_task();
    let twin = ["run", twin.to_str().unwrap(), "--task", task.to_str().unwrap(), "--json"];
    let twin = assay(twin).ok().json();
    assert_eq!(values(&scored), values(&twin));
}

/// What each network's value is written as.
fn values(document: &Value) -> Vec<String> {
    let networks = document["tasks"][0]["networks"].as_array().unwrap();
    networks.iter().map(|network| network["value"].to_string()).collect()
}

#[test]
fn nothing_is_made_where_something_is_wrong() {
    let dir = TempDir::new().unwrap();
    let new = |name: &str, more: &[&str]| {
        let mut args = vec!["new", name, "--into", dir.path().to_str().unwrap()];
        args.extend(more);
        assay(args)
    };
    for name in ["My-Measure", "../escape", "self", "2-norm", "", "a\u{1b}b"] {
        let ran = new(name, &[]);
        assert_eq!(ran.code, 2, "{name:?}");
        assert!(ran.stderr.contains("cannot name a measure"), "{}", ran.stderr);
    }
    let unknown = new("other", &["--lang", "cobol"]);
    assert_eq!(unknown.code, 2);
    for part in ["'cobol'", "--lang", "rust, python"] {
        assert!(unknown.stderr.contains(part), "{part} in {}", unknown.stderr);
    }
    let sdk = root().join("guest-sdk/rust");
    for (language, wrong) in [("Rust", "no/such/place"), ("Python", sdk.to_str().unwrap())] {
        let ran = new("other", &["--lang", &language.to_lowercase(), "--sdk", wrong]);
        assert_eq!(ran.code, 2);
        let said = format!("{wrong}: this is not the SDK for {language}");
        assert!(ran.stderr.contains(&said) && ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

    fs::create_dir(dir.path().join("taken")).unwrap();
    fs::write(dir.path().join("taken/notes"), "mine").unwrap();
    let ran = new("taken", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("is not empty"), "{}", ran.stderr);
    assert_eq!(fs::read_dir(dir.path().join("taken")).unwrap().count(), 1);
}

/// A program that was copied out of its checkout has no SDK near it, and says what to do.
#[test]
fn an_installed_program_asks_where_the_sdk_is() {
    let dir = TempDir::new().unwrap();
    let program = dir.path().join("assay");
    fs::copy(binary("assay"), &program).unwrap();
    let new = |more: &[&str]| {
        let mut command = Command::new(&program);
        command.args(["new", "mine"]).args(more).current_dir(dir.path()).output().unwrap()
    };
    let ran = new(&[]);
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(
        said.contains("there is no SDK for Rust near") && said.contains("--sdk names"),
        "{said}"
    );
    let sdk = root().join("guest-sdk/rust");
    let ran = new(&["--sdk", sdk.to_str().unwrap()]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let manifest = fs::read_to_string(dir.path().join("mine/Cargo.toml")).unwrap();
    let place = sdk.canonicalize().unwrap();
    assert!(manifest.contains(place.to_str().unwrap()), "an absolute path: {manifest}");
}
