//! The virtual environment of the other side.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::step;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "tests/bench/requirements.txt";

/// The environment's Python, made or brought up to date if need be.
pub(crate) fn environment(workspace: &Workspace) -> Result<PathBuf> {
    let dir = super::dir(workspace).join("venv");
    let bin = if cfg!(windows) { dir.join("Scripts") } else { dir.join("bin") };
    let python = bin.join("python");
    let requirements = workspace.root().join(REQUIREMENTS);
    let wanted = std::fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    // Written last, so that an installation that was cut short is done again.
    let stamp = dir.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let again = format!(
        "python3 -m venv {0} && {1} -m pip install -r {REQUIREMENTS}",
        dir.display(),
        python.display()
    );
    step::run("Python environment", &again, || {
        let mut make = Command::new("python3");
        step::inherit(make.args(["-m", "venv"]).arg(&dir))?;
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        step::inherit(install.arg(&requirements))?;
        std::fs::write(&stamp, &wanted).with_context(|| format!("cannot write {}", stamp.display()))
    })?;
    Ok(python)
}
