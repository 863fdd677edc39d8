//! `cargo xtask bench`: the engine beside other programs on the same machine in one session, pair by
//! pair, and what isolation costs.
//!
//! Two workers are started, one for another program ([`sides`], `tests/bench/`) and ours
//! (`tests/src/bin/bench-worker/`). They do the same work in turns, first one first, then the other, so
//! that whatever else the machine does meets both. Ratios are taken within a pair; the table shows their
//! median and their range. Time and memory are read from outside, by one ruler for both. Nothing here
//! belongs to `cargo xtask test`.

mod again;
mod agree;
mod clean_build;
mod isolation;
mod pair;
mod passes;
mod python;
mod sides;
pub(crate) mod table;
mod tasks;
mod winner;
mod worker;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::bench::pair::Effort;
use crate::bench::sides::Side;
use crate::workspace::Workspace;
use crate::{guests, step};

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches of a command line")]
pub(crate) struct BenchArgs {
    /// Few and short rounds: shows that everything works, and rough ratios.
    #[arg(long)]
    quick: bool,
    /// Also the winning measure on the network on which TensorFlow takes many minutes.
    #[arg(long)]
    long: bool,
    /// No times: only whether all sides compute the same in every pass of every network.
    #[arg(long)]
    check: bool,
    /// Only these parts: nin, vgg, fcn, winner, cache, isolation, build (separated by commas) [default:
    /// all but build].
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Also beside these: torch (which installs gigabytes).
    #[arg(long, value_name = "SIDE", value_delimiter = ',')]
    with: Vec<String>,
    /// Numbers of threads.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// A Python that has what the sides' files of requirements in tests/bench list [default: a virtual
    /// environment under target/bench, made on first use].
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Only the micro-benchmarks of the engine's kernels; needs no Python.
    #[arg(long)]
    micro: bool,
}

/// What every part of the benchmark needs.
pub(crate) struct Bench<'a> {
    workspace: &'a Workspace,
    /// Nothing if no part needs one.
    python: Option<PathBuf>,
    sides: Vec<&'static Side>,
    effort: Effort,
    threads: Vec<usize>,
    parts: Vec<&'static str>,
}

impl Bench<'_> {
    /// Where the benchmark keeps its files.
    fn dir(&self) -> PathBuf {
        dir(self.workspace)
    }

    /// True if a part is to be run.
    fn wants(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    fn python(&self) -> Result<&Path> {
        self.python.as_deref().context("no part that was asked for needs Python")
    }
}

fn dir(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target/bench")
}

/// The parts to run: those that were asked for, or all that are run by themselves.
fn parts(only: &[String], check: bool) -> Result<Vec<&'static str>> {
    let beside = [winner::PART, again::PART, isolation::PART];
    let alone: &[&str] = if check { &[] } else { &beside };
    let usual: Vec<&str> = passes::NETWORKS.iter().chain(alone).copied().collect();
    if only.is_empty() {
        return Ok(usual);
    }
    let rare: &[&str] = if check { &[] } else { &[clean_build::PART] };
    let known: Vec<&str> = usual.iter().chain(rare).copied().collect();
    if let Some(name) = only.iter().find(|name| !known.contains(&name.as_str())) {
        let of = if check { " to check" } else { "" };
        bail!("there is no part `{name}`{of}; the parts are {}", known.join(", "));
    }
    Ok(known.into_iter().filter(|part| only.iter().any(|name| name == part)).collect())
}

pub(crate) fn run(workspace: &Workspace, args: BenchArgs) -> Result<()> {
    if args.micro {
        let words = ["bench", "--package", "assay-engine", "--bench", "kernels"];
        return step::cargo("micro-benchmarks", workspace.root(), &words, &[]);
    }
    let parts = parts(&args.only, args.check)?;
    let sides = sides::chosen(&args.with)?;
    let dir = dir(workspace);
    std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let alone = [isolation::PART, clean_build::PART];
    let python = match args.python {
        _ if parts.iter().all(|part| alone.contains(part)) => None,
        Some(python) => Some(python),
        None => Some(python::environment(workspace, &sides)?),
    };
    if parts != [clean_build::PART] {
        let build = ["build", "--release", "--package", "assay-tests", "--package", "assay-cli"];
        step::cargo("workers", workspace.root(), &build, &[])?;
    }
    let usual = if args.quick { Effort::QUICK } else { Effort::FULL };
    let effort = Effort { long: args.long, ..usual };
    let bench = Bench { workspace, python, sides, effort, threads: args.threads, parts };
    if args.check {
        print!("{}", passes::check(&bench)?);
        return Ok(());
    }
    measure(&bench)
}

/// Runs the parts, and keeps what they print.
fn measure(bench: &Bench<'_>) -> Result<()> {
    let mut out = String::new();
    let mut tell = |text: String| {
        print!("{text}");
        out.push_str(&text);
    };
    tell(table::machine()?);
    if let Some(python) = &bench.python {
        let (versions, effort) = (python::versions(python, &bench.sides)?, bench.effort);
        tell(format!("{versions}. {} rounds of about {} s.\n", effort.rounds, effort.seconds));
        tell(passes::run(bench)?);
    }
    if bench.wants(winner::PART) || bench.wants(again::PART) {
        step::run("guests", "cargo xtask guests", || guests::run(bench.workspace))?;
        let cases = tasks::cases(bench)?;
        if bench.wants(winner::PART) {
            tell(winner::run(bench, &cases)?);
        }
        if bench.wants(again::PART) {
            tell(again::run(bench, &cases)?);
        }
    }
    if bench.wants(isolation::PART) {
        tell(isolation::run(bench)?);
    }
    if bench.wants(clean_build::PART) {
        tell(clean_build::run(bench)?);
    }
    tell(table::load("at the end"));
    let file = bench.dir().join("report.md");
    std::fs::write(&file, out).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("the same text is in {}", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn parts_are_those_asked_for_in_their_own_order() {
        let asked = |only: &[&str], check| {
            let only: Vec<String> = only.iter().map(|part| (*part).to_owned()).collect();
            parts(&only, check)
        };
        let usual = ["nin", "vgg", "fcn", "winner", "cache", "isolation"];
        assert_eq!(asked(&[], false).unwrap(), usual);
        assert_eq!(asked(&[], true).unwrap(), ["nin", "vgg", "fcn"]);
        assert_eq!(asked(&["build", "nin"], false).unwrap(), ["nin", "build"]);
        let error = asked(&["build"], true).unwrap_err().to_string();
        assert_eq!(error, "there is no part `build` to check; the parts are nin, vgg, fcn");
        assert!(asked(&["all"], false).is_err());
    }
}
