//! `cargo xtask bench`: the engine beside TensorFlow on the same machine in one session, pair by pair.
//!
//! Two workers are started, one for each side (`tests/bench/`, `tests/src/bin/bench-worker/`). They do
//! the same work in turns, first one first, then the other, so that whatever else the machine does
//! meets both. Ratios are taken within a pair; the table shows their median and their range. Time and
//! memory are read from outside, by one ruler for both. Nothing here belongs to `cargo xtask test`.

mod again;
mod agree;
mod pair;
mod passes;
mod python;
mod table;
mod tasks;
mod winner;
mod worker;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::bench::pair::Effort;
use crate::workspace::Workspace;
use crate::{guests, step};

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Few and short rounds: shows that everything works, and rough ratios.
    #[arg(long)]
    quick: bool,
    /// Only these parts: nin, vgg, fcn, winner, cache (separated by commas).
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Numbers of threads.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// A Python that has what tests/bench/requirements.txt lists [default: a virtual environment under
    /// target/bench, made on first use].
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Only the micro-benchmarks of the engine's kernels; needs no Python.
    #[arg(long)]
    micro: bool,
}

/// What every part of the benchmark needs.
pub(crate) struct Bench<'a> {
    workspace: &'a Workspace,
    python: PathBuf,
    effort: Effort,
    threads: Vec<usize>,
    only: Vec<String>,
}

impl Bench<'_> {
    /// Where the benchmark keeps its files.
    fn dir(&self) -> PathBuf {
        dir(self.workspace)
    }

    /// True if a part was asked for, or nothing was named.
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == part)
    }
}

fn dir(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target/bench")
}

pub(crate) fn run(workspace: &Workspace, args: BenchArgs) -> Result<()> {
    if args.micro {
        let words = ["bench", "--package", "assay-engine", "--bench", "kernels"];
        return step::cargo("micro-benchmarks", workspace.root(), &words, &[]);
    }
    let parts: Vec<&str> =
        passes::NETWORKS.iter().copied().chain([winner::PART, again::PART]).collect();
    if let Some(name) = args.only.iter().find(|name| !parts.contains(&name.as_str())) {
        bail!("there is no part `{name}`; the parts are {}", parts.join(", "));
    }
    let python = match args.python {
        Some(python) => python,
        None => python::environment(workspace)?,
    };
    let build = ["build", "--release", "--package", "assay-tests", "--package", "assay-cli"];
    step::cargo("workers", workspace.root(), &build, &[])?;
    let effort = if args.quick { Effort::QUICK } else { Effort::FULL };
    let bench = Bench { workspace, python, effort, threads: args.threads, only: args.only };
    let mut out = table::machine(&bench)?;
    print!("{out}");
    let mut tell = |text: String| {
        print!("{text}");
        out.push_str(&text);
    };
    tell(passes::run(&bench)?);
    if bench.wants(winner::PART) || bench.wants(again::PART) {
        step::run("guests", "cargo xtask guests", || guests::run(workspace))?;
        let cases = tasks::cases(&bench)?;
        if bench.wants(winner::PART) {
            tell(winner::run(&bench, &cases)?);
        }
        if bench.wants(again::PART) {
            tell(again::run(&bench, &cases)?);
        }
    }
    let closing = table::load("at the end");
    print!("{closing}");
    out.push_str(&closing);
    let file = bench.dir().join("report.md");
    std::fs::write(&file, out)?;
    eprintln!("the same text is in {}", file.display());
    Ok(())
}
