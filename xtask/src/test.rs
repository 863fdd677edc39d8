//! `cargo xtask test`: every check of the project in one order, cheap ones first; stops at the first
//! that fails and says how to repeat it. Continuous integration runs exactly this.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{dependencies, docs, guests, sanitizer, setup, step, tidy};

/// Every package of a workspace.
const ALL: &[&str] = &["--workspace"];
/// All but the package whose dependencies take longer to build than everything else together.
const ALL_BUT_GPU: &[&str] = &["--workspace", "--exclude", "assay-gpu"];

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
        if full && let Err(error) = setup::graphics_adapter() {
            // So do the tests of the gpu lane.
            eprintln!("note: {error:#}");
        }
        if let Err(error) = setup::tracer() {
            // So do the tests that look at system calls.
            eprintln!("note: {error:#}");
        }
        if let Err(error) = dependencies::install(workspace) {
            eprintln!("note: {error:#}");
        }
        Ok(())
    })?;
    step::cargo("format", root, &["fmt", "--all", "--check"], &[])?;
    step::run("tidy", "cargo xtask tidy", || tidy::run(workspace))?;
    let packages = if full { ALL } else { ALL_BUT_GPU };
    lints("lints", root, packages)?;
    if dependencies::checker(workspace).is_some() {
        step::run("dependencies", "cargo xtask deny", || dependencies::run(workspace))?;
    } else {
        eprintln!("== dependencies: not checked, since cargo-deny could not be installed");
    }
    // After the lints: the rooms that print the pages have to be built first.
    step::run("generated pages", "cargo xtask docs", || docs::run(workspace, true))?;
    step::run("guests", "cargo xtask guests", || guests::run(workspace))?;
    host_tests(workspace, packages, long)?;
    guest_sdk(workspace, long)?;
    if full {
        sanitizer::run(workspace)?;
    }
    eprintln!("== all ok, {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn lints(name: &str, dir: &Path, packages: &[&str]) -> Result<()> {
    let rest: &[&str] = &["--all-targets", "--quiet", "--", "-D", "warnings"];
    step::cargo(name, dir, &[&["clippy"], packages, rest].concat(), &[])
}

fn host_tests(workspace: &Workspace, packages: &[&str], env: &[(&str, &str)]) -> Result<()> {
    let root = workspace.root();
    if step::has_cargo_command("nextest")? {
        step::cargo("tests", root, &[&["nextest", "run"], packages].concat(), env)?;
    } else {
        step::cargo("tests", root, &[&["test"], packages, &["--all-targets"]].concat(), env)?;
    }
    step::cargo("doc tests", root, &[&["test", "--doc", "--quiet"], packages].concat(), env)
}

/// The guests' workspace is checked natively: what their wasm builds do is tested by the host's tests.
fn guest_sdk(workspace: &Workspace, env: &[(&str, &str)]) -> Result<()> {
    let Some(manifest) = workspace.guest_manifest() else { return Ok(()) };
    // Run inside the workspace, so that its own configuration holds.
    let dir = manifest.parent().unwrap_or(workspace.root());
    step::cargo("SDK format", dir, &["fmt", "--all", "--check"], &[])?;
    lints("SDK lints", dir, ALL)?;
    // The host's tests have built it: native runs of measures are compared with its sandbox.
    let assay = workspace.target_dir().join("debug").join("assay");
    let assay = assay.to_str().filter(|path| Path::new(path).is_file()).unwrap_or_default();
    let env = [env, &[("ASSAY_BIN", assay)]].concat();
    step::cargo("SDK tests", dir, &["test", "--workspace"], &env)
}
