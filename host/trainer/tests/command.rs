//! The program as a user starts it: what it refuses, and that it loses nothing by it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn train(recipe: &Path, into: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assay-train"));
    command.arg(recipe).arg("--into").arg(into).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_missing_recipe_and_a_misspelt_key_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = train(&dir.path().join("none.toml"), dir.path());
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("none.toml"), "{}", stderr(&missing));

    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks/recipes/fashion-mini.toml");
    let text = fs::read_to_string(shipped).unwrap().replace("max_epochs", "max_epoch");
    let recipe = dir.path().join("misspelt.toml");
    fs::write(&recipe, text).unwrap();
    let misspelt = train(&recipe, dir.path());
    assert_eq!(misspelt.status.code(), Some(1));
    assert!(stderr(&misspelt).contains("max_epoch"), "{}", stderr(&misspelt));
}

#[test]
fn a_task_that_is_there_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let task = dir.path().join("fashion-mini");
    fs::create_dir(&task).unwrap();
    fs::write(task.join("kept"), "kept").unwrap();
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks/recipes/fashion-mini.toml");
    let output = train(&shipped, dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("fashion-mini"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(task.join("kept")).unwrap(), "kept");
}

#[test]
fn wrong_use_exits_with_two() {
    let output = Command::new(env!("CARGO_BIN_EXE_assay-train")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
