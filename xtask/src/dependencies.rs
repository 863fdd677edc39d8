//! Licences, sources and advisories of everything that the two workspaces depend on, by cargo-deny.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use assay_toolchain::wait_limited;

use crate::step;
use crate::workspace::{self, Workspace};

/// The one version whose configuration `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// The database of advisories is a few megabytes; where it cannot be reached, connecting may hang.
const FETCH_MAX: Duration = Duration::from_mins(1);

/// cargo-deny, if it is here in the version that is wanted.
pub(crate) fn checker(workspace: &Workspace) -> Option<PathBuf> {
    [PathBuf::from("cargo-deny"), installed(workspace)].into_iter().find(|program| {
        let mut asked = Command::new(program);
        asked.arg("--version").stdin(Stdio::null()).stderr(Stdio::null());
        asked.output().is_ok_and(|said| said.stdout == format!("cargo-deny {VERSION}\n").as_bytes())
    })
}

/// Installs it below the target directory, if it is not here: nothing of the user's changes. Without
/// optimisation, that takes about a minute of processor time; a check takes some seconds either way.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(program) = checker(workspace) {
        return Ok(program);
    }
    let mut command = Command::new(workspace::cargo());
    command.args(["install", "cargo-deny", "--locked", "--debug", "--no-default-features"]);
    command.args(["--quiet", "--force", "--version"]).arg(format!("={VERSION}"));
    command.arg("--root").arg(tools(workspace));
    // Its own build directory is temporary, whatever is set for this one.
    command.env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_DEV_DEBUG", "0");
    eprintln!("   cargo install cargo-deny --version ={VERSION}");
    step::inherit(&mut command).context("cargo-deny is not here and could not be installed")?;
    Ok(installed(workspace))
}

fn tools(workspace: &Workspace) -> PathBuf {
    workspace.target_dir().join("tools")
}

fn installed(workspace: &Workspace) -> PathBuf {
    tools(workspace).join("bin/cargo-deny")
}

/// Checks both workspaces: always what needs no database, and advisories where their database can be
/// had.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let Some(program) = checker(workspace) else {
        bail!("cargo-deny {VERSION} is not here: run `cargo xtask setup`");
    };
    let mut checks = vec!["licenses", "bans", "sources"];
    match fetched(&program) {
        Ok(()) => checks.push("advisories"),
        Err(error) => eprintln!("note: advisories are not checked: {error:#}"),
    }
    let guests = workspace.guest_manifest();
    for manifest in [Some(workspace.root().join("Cargo.toml")), guests].into_iter().flatten() {
        let mut command = deny(&program);
        command.arg("--manifest-path").arg(&manifest);
        command.arg("--config").arg(workspace.root().join("deny.toml"));
        command.arg("check").args(&checks);
        step::inherit(&mut command).with_context(|| format!("{}", manifest.display()))?;
    }
    Ok(())
}

/// The program, told to show errors alone (warnings are long lists of crates that are there twice) and
/// to leave lock files as they are.
fn deny(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--log-level", "error", "--locked"]);
    command
}

/// The database of advisories, as new as it can be had.
fn fetched(program: &Path) -> Result<()> {
    let mut command = deny(program);
    command.args(["fetch", "db"]).env("GIT_TERMINAL_PROMPT", "0");
    match within(&mut command, FETCH_MAX)? {
        Some(status) if status.success() => Ok(()),
        Some(_) => bail!("their database cannot be reached"),
        None => bail!("their database does not answer"),
    }
}

/// Runs a command silently, but not for longer than this; nothing if it had to be ended.
fn within(command: &mut Command, most: Duration) -> Result<Option<ExitStatus>> {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = silent.spawn().context("cargo-deny cannot be started")?;
    Ok(wait_limited(&mut child, most)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_hangs_is_ended() {
        let ended = within(Command::new("sleep").arg("600"), Duration::ZERO).unwrap();
        assert!(ended.is_none());
        let ended = within(&mut Command::new("false"), Duration::from_mins(1)).unwrap();
        assert_eq!(ended.and_then(|status| status.code()), Some(1));
    }
}
