//! `cargo xtask test`: every check of the project in one order, cheap ones first; stops at the first
//! that fails and says how to repeat it. Continuous integration runs exactly this.

use std::time::Instant;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{guests, setup, step, tidy};

const DENY_WARNINGS: &[&str] =
    &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];

pub(crate) fn run(workspace: &Workspace, full: bool) -> Result<()> {
    let start = Instant::now();
    let root = workspace.root();
    let long: &[(&str, &str)] = if full { &[("ASSAY_FULL", "1")] } else { &[] };

    step::run("tools", "cargo xtask setup", || {
        setup::lint_tools()?;
        setup::guest_toolchain()?;
        if let Err(error) = setup::fashion_mnist() {
            // Tests that need the images say that they skip.
            eprintln!("note: {error:#}");
        }
        Ok(())
    })?;
    step::cargo("format", root, &["fmt", "--all", "--check"], &[])?;
    step::run("tidy", "cargo xtask tidy", || tidy::run(workspace))?;
    step::cargo("lints", root, DENY_WARNINGS, &[])?;
    step::run("guests", "cargo xtask guests", || guests::run(workspace))?;
    host_tests(workspace, long)?;
    guest_sdk(workspace, long)?;
    if step::has_cargo_command("deny")? {
        step::cargo("dependencies", root, &["deny", "check"], &[])?;
    } else {
        eprintln!("== dependencies: not checked (cargo-deny is not installed)");
    }
    eprintln!("== all ok, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn host_tests(workspace: &Workspace, env: &[(&str, &str)]) -> Result<()> {
    let root = workspace.root();
    if step::has_cargo_command("nextest")? {
        step::cargo("tests", root, &["nextest", "run", "--workspace"], env)?;
    } else {
        step::cargo("tests", root, &["test", "--workspace", "--all-targets"], env)?;
    }
    step::cargo("doc tests", root, &["test", "--doc", "--workspace", "--quiet"], env)
}

/// The guests' workspace is checked natively: what their wasm builds do is tested by the host's tests.
fn guest_sdk(workspace: &Workspace, env: &[(&str, &str)]) -> Result<()> {
    let Some(manifest) = workspace.guest_manifest() else { return Ok(()) };
    // Run inside the workspace, so that its own configuration holds.
    let dir = manifest.parent().unwrap_or(workspace.root());
    step::cargo("SDK format", dir, &["fmt", "--all", "--check"], &[])?;
    step::cargo("SDK lints", dir, DENY_WARNINGS, &[])?;
    step::cargo("SDK tests", dir, &["test", "--workspace"], env)
}
