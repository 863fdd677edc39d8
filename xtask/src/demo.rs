//! `cargo xtask demo`: from a fresh checkout to a board of three measures on a small task.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::board::{Board, Row};
use crate::workspace::Workspace;
use crate::{guests, setup, step};

const TASK: &str = "tasks/fashion-mini";
const MEASURES: [&str; 3] = ["sum-of-squares", "distance-from-init", "mixup-accuracy"];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    if !root.join(TASK).is_dir() {
        bail!("{TASK} is missing from this checkout; the demonstration runs on it");
    }
    step::run("tools", "cargo xtask setup", || {
        setup::guest_toolchain()?;
        setup::fashion_mnist()
    })?;
    step::run("guests", "cargo xtask guests", || guests::run(workspace))?;
    step::cargo("assay", root, &["build", "--package", "assay-cli"], &[])?;
    let mut rows = Vec::new();
    for measure in MEASURES {
        rows.push(evaluate(workspace, measure)?);
    }
    print!("\n{}", Board::new(TASK, rows));
    Ok(())
}

/// Runs one measure; its progress goes to the terminal, its result comes back.
fn evaluate(workspace: &Workspace, measure: &str) -> Result<Row> {
    let component = workspace.components_dir().join(format!("{measure}.wasm"));
    let mut command = Command::new(workspace.target_dir().join("debug/assay"));
    command.current_dir(workspace.root()).arg("run").arg(&component);
    command.args(["--task", TASK, "--json"]);
    let mut row = None;
    step::run(
        measure,
        &format!("target/debug/assay run {} --task {TASK}", component.display()),
        || {
            let output = step::capture(&mut command)?;
            row = Some(Row::parse(measure, &output).context("the output of `assay run --json`")?);
            Ok(())
        },
    )?;
    row.context("the step gave no result")
}
