//! `cargo xtask fuzz`: feeds every target of `tests/fuzz-targets` from libFuzzer, with AddressSanitizer.
//!
//! What it makes lies under `target/fuzz`: corpora (`corpus/TARGET`, kept from run to run), inputs that
//! failed (`artifacts/TARGET`), what each fuzzer said (`logs/TARGET.log`), and its own build.

mod campaign;
mod figures;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::workspace::{self, Workspace};
use crate::{guests, step};
use campaign::{Campaign, Effort};

/// The platform that Rust has libFuzzer's and the sanitizer's run time for.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// What `cargo fuzz` is known to work here.
const CARGO_FUZZ: &str = "0.13.2";
/// Minutes of a run that nobody has asked more of.
const MINUTES: u64 = 10;

#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// Only this target; all by default.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Minutes in all, shared equally by the targets (10 by default).
    #[arg(long, conflicts_with = "executions", value_parser = clap::value_parser!(u64).range(1..))]
    minutes: Option<u64>,
    /// Executions in all, shared by the targets' weights: the fast ones take the most.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    executions: Option<u64>,
    /// Fuzzers that run at a time; one for each core by default.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
}

/// The targets as `fuzz-seeds` prints them.
#[derive(Deserialize)]
struct Listed {
    targets: Vec<Target>,
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Target {
    name: String,
    weight: u64,
    length_max: u64,
    /// Whether there is a dictionary for it.
    dictionary: bool,
    /// Number of inputs to begin with.
    seeds: u64,
}

pub(crate) fn run(workspace: &Workspace, args: FuzzArgs) -> Result<()> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        bail!("fuzzing is set up for {TRIPLE} only");
    }
    tools()?;
    if let Err(error) = guests::run(workspace) {
        eprintln!("note: no components to begin with but the golden ones: {error:#}");
    }
    let targets = seeds(workspace)?;
    let targets = match &args.target {
        None => targets,
        Some(name) => vec![named(targets, name)?],
    };
    build(workspace, args.target.as_deref())?;
    let effort = match (args.executions, args.minutes) {
        (Some(executions), _) => Effort::Executions(executions),
        (None, minutes) => Effort::Seconds(60 * minutes.unwrap_or(MINUTES)),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or(cores, usize::from);
    Campaign { dir: dir(workspace), targets, effort, jobs }.run()
}

fn dir(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target/fuzz")
}

/// `cargo` of the nightly toolchain, whichever runs this program.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo"]);
    command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTC");
    command
}

/// The nightly toolchain, which nobody gets unasked, and `cargo fuzz`, which is small.
fn tools() -> Result<()> {
    let mut version = nightly();
    version.arg("--version").stdout(std::process::Stdio::null());
    if step::inherit(&mut version).is_err() {
        bail!(
            "fuzzers are built by a nightly toolchain, and there is none\n\
             run this yourself: rustup toolchain install nightly --profile minimal"
        );
    }
    if step::has_cargo_command("fuzz")? {
        return Ok(());
    }
    let mut install = Command::new(workspace::cargo());
    install.args(["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ]);
    step::inherit(&mut install).with_context(|| {
        format!(
            "cargo fuzz is missing and could not be installed\n\
             run this yourself: cargo install cargo-fuzz --locked --version {CARGO_FUZZ}"
        )
    })
}

/// Writes seeds and dictionaries, and gives all targets.
fn seeds(workspace: &Workspace) -> Result<Vec<Target>> {
    let mut command = Command::new(workspace::cargo());
    command.current_dir(workspace.root());
    command.args([
        "run",
        "--quiet",
        "--package",
        "assay-fuzz-targets",
        "--bin",
        "fuzz-seeds",
        "--",
    ]);
    command.arg(dir(workspace));
    let printed = step::capture(&mut command)?;
    let listed: Listed = serde_json::from_str(&printed).context("fuzz-seeds printed no targets")?;
    Ok(listed.targets)
}

fn named(targets: Vec<Target>, name: &str) -> Result<Target> {
    let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    let found = targets.into_iter().find(|target| target.name == name);
    found.with_context(|| format!("there is no target {name:?}; there are {}", names.join(", ")))
}

fn build(workspace: &Workspace, target: Option<&str>) -> Result<()> {
    let mut command = nightly();
    command.current_dir(workspace.root());
    // Crates that ask whether they are fuzzed would not be what runs everywhere else.
    command.args(["fuzz", "build", "--fuzz-dir", "tests/fuzz", "--no-cfg-fuzzing"]);
    command.args(["--codegen-units", "16", "--target-dir", "target/fuzz/build"]);
    command.args(target);
    let again = "cargo xtask fuzz";
    step::run("fuzzers", again, || step::inherit(&mut command))
}
