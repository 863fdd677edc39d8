//! The virtual environment of the other sides.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::sides::Side;
use crate::step;
use crate::workspace::Workspace;

/// The environment's Python, with what the sides need installed.
pub(crate) fn environment(workspace: &Workspace, sides: &[&Side]) -> Result<PathBuf> {
    let dir = super::dir(workspace).join("venv");
    let bin = if cfg!(windows) { dir.join("Scripts") } else { dir.join("bin") };
    let python = bin.join("python");
    for side in sides {
        install(workspace, side, &dir, &python)?;
    }
    Ok(python)
}

/// Installs what a side needs, unless that was done.
fn install(workspace: &Workspace, side: &Side, dir: &Path, python: &Path) -> Result<()> {
    let requirements = workspace.root().join("tests/bench").join(side.requirements);
    let wanted = std::fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    // Written last, so that an installation that was cut short is done again.
    let stamp = dir.join(format!("installed-{}.txt", side.name));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let again = format!(
        "python3 -m venv {} && {} -m pip install -r {}",
        dir.display(),
        python.display(),
        requirements.display()
    );
    step::run(&format!("Python environment for {}", side.title), &again, || {
        let mut make = Command::new("python3");
        step::inherit(make.args(["-m", "venv"]).arg(dir))?;
        let mut install = Command::new(python);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        step::inherit(install.arg(&requirements))?;
        std::fs::write(&stamp, &wanted).with_context(|| format!("cannot write {}", stamp.display()))
    })
}

/// The versions of what the sides are.
pub(crate) fn versions(python: &Path, sides: &[&Side]) -> Result<String> {
    let code = "import sys; from importlib.metadata import version as v; \
                print(*(f'{n} {v(n)}' for n in sys.argv[1:]), sep=', ')";
    let packages = sides.iter().flat_map(|side| side.packages);
    let mut command = Command::new(python);
    let versions = step::capture(command.args(["-c", code]).args(packages))?;
    Ok(versions.trim().to_owned())
}
