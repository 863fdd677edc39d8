//! `cargo xtask setup`: makes a machine that has Rust and a C compiler ready for all other commands.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use assay_toolchain::{Toolchain, install_debian_packages};

use crate::workspace::Workspace;
use crate::{dependencies, step};

/// Where Debian's package puts the images that the small task is made from.
const FASHION_MNIST: &str = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
const FASHION_MNIST_PACKAGE: &str = "dataset-fashion-mnist";

/// Where systems list their Vulkan drivers.
const VULKAN_DRIVERS: [&str; 2] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/// Drivers of common cards, and one that computes in software.
const VULKAN_PACKAGE: &str = "mesa-vulkan-drivers";

/// What shows the system calls of a process.
const TRACER: &str = "strace";

/// Tools without which everything still works, and what each adds.
const OPTIONAL: [(&str, &str); 1] =
    [("nextest", "runs tests faster (cargo install cargo-nextest --locked)")];

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let toolchain = guest_toolchain()?;
    eprintln!("guests: {toolchain}");
    lint_tools()?;
    if let Err(error) = fashion_mnist() {
        // Only the demonstration and a few tests need the images; the rest of the project does not.
        eprintln!("note: {error:#}");
    }
    if let Err(error) = graphics_adapter() {
        // Only the `gpu` lane needs one.
        eprintln!("note: {error:#}");
    }
    if let Err(error) = tracer() {
        // Some tests look at system calls; without it they say that they skip.
        eprintln!("note: {error:#}");
    }
    if let Err(error) = dependencies::install(workspace) {
        // Without it, licences, sources and advisories of dependencies are not checked.
        eprintln!("note: {error:#}");
    }
    for (name, use_of_it) in OPTIONAL {
        if !step::has_cargo_command(name)? {
            eprintln!("optional: cargo-{name} is not here; it {use_of_it}");
        }
    }
    Ok(())
}

/// The toolchain for guests, installed if need be.
pub(crate) fn guest_toolchain() -> Result<Toolchain> {
    Toolchain::install(&mut |line| eprintln!("   {line}")).context("no toolchain for guests")
}

/// The formatter and the linter, which a minimal rustup profile leaves out.
pub(crate) fn lint_tools() -> Result<()> {
    for (name, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if step::has_cargo_command(name)? {
            continue;
        }
        eprintln!("   rustup component add {component}");
        let mut rustup = Command::new("rustup");
        rustup.args(["component", "add", component]);
        if let Err(error) = step::inherit(&mut rustup) {
            bail!(
                "cargo {name} is missing and could not be installed: {error}\n\
                 run this yourself: rustup component add {component} (or install your system's \
                 package {component})"
            );
        }
    }
    Ok(())
}

/// The images of Fashion-MNIST, which the small task is made from.
pub(crate) fn fashion_mnist() -> Result<()> {
    if Path::new(FASHION_MNIST).is_file() {
        return Ok(());
    }
    install_debian_packages(&[FASHION_MNIST_PACKAGE], &mut |line| eprintln!("   {line}"))
        .context("the images of Fashion-MNIST are not here")
}

/// Something that the `gpu` lane can compute on: software does for tests.
pub(crate) fn graphics_adapter() -> Result<()> {
    let listed =
        |dir: &&str| std::fs::read_dir(dir).is_ok_and(|mut drivers| drivers.next().is_some());
    if VULKAN_DRIVERS.iter().any(listed) {
        return Ok(());
    }
    install_debian_packages(&[VULKAN_PACKAGE], &mut |line| eprintln!("   {line}"))
        .context("there is no Vulkan driver here, so the gpu lane has nothing to compute on")
}

/// What tests look at the system calls of confined processes with.
pub(crate) fn tracer() -> Result<()> {
    let mut asked = Command::new(TRACER);
    asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    if asked.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    install_debian_packages(&[TRACER], &mut |line| eprintln!("   {line}"))
        .context("strace is not here")
}
