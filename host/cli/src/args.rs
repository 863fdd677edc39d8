//! The command line as typed.

mod new;
mod task;

use std::path::PathBuf;

use assay_sandbox::SandboxLimits;
use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use self::new::{Language, NewArgs};
pub(crate) use self::task::{
    CommitmentArgs, ImportArgs, SealArgs, ShareArgs, TaskCommand, UnsealArgs, VerifyArgs,
};

const EXIT_CODES: &str = "Exit codes: 0 ok, 1 failed or differs, 2 usage, 3 inconclusive.";

/// Measures of trained networks: build, check, run and score them; import and verify tasks.
#[derive(Debug, Parser)]
#[command(name = "assay", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build a measure project into a component.
    Build(BuildArgs),
    /// Make a new measure project, which builds and scores as it is.
    New(NewArgs),
    /// Check whether a component would be admitted, and say every reason if not.
    Check(CheckArgs),
    /// Say what this machine has of what Assay needs, isolation first.
    Doctor(DoctorArgs),
    /// Run a component on tasks and score it where their truth is at hand.
    Run(RunArgs),
    /// Run two measures on the same tasks and set their values side by side.
    Compare(CompareArgs),
    /// Run the units of a bundle again, or answer them from their transcripts, and say whether they are
    /// the same.
    Replay(ReplayArgs),
    /// Score a file of predictions as the reference contest does.
    Score(ScoreArgs),
    /// Import, verify and inspect tasks; seal their truth until the release.
    #[command(subcommand)]
    Task(TaskCommand),
    /// Train the networks of a task from a recipe.
    Train(TrainArgs),
    /// Check a bundle of records: chain, signature, transcripts, and scores where tasks are given.
    Verify(VerifyBundleArgs),
    /// Make the keys that sign bundles, and those of hidden phases.
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Parser)]
pub(crate) struct BuildArgs {
    /// Directory of the measure project: where its Cargo.toml or pyproject.toml lies.
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Where to write the component [default: NAME.wasm in the current directory].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct CheckArgs {
    /// The component.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) rules: Rules,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct DoctorArgs {
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct RunArgs {
    /// The component, or the directory of a measure project, which is built first.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) units: Units,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// How to compute: `cpu` has the same bits everywhere; `gpu` is faster on a graphics adapter, and
    /// its values are provisional.
    #[arg(long, value_enum, default_value_t = LaneName::Cpu)]
    pub(crate) lane: LaneName,
    /// After a run on the `gpu` lane, run again on the `cpu` lane and say whether it gives the
    /// networks the same order.
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Say what each kind of call used: as a table, and as flame graphs of work and of fuel in a
    /// directory. Everything runs in this process, as with --in-process.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "assay-profile")]
    pub(crate) profile: Option<PathBuf>,
    /// Run again whenever the component, or a source of the project, has changed.
    #[arg(long, conflicts_with = "record")]
    pub(crate) watch: bool,
    /// Keep a record of every unit in a new directory, for `assay verify` and `assay replay`.
    #[arg(long, value_name = "OUT")]
    pub(crate) record: Option<PathBuf>,
    /// Show the tasks as a hidden phase with the key in this file does: examples and networks in its
    /// order, networks under neutral ids.
    #[arg(long, value_name = "FILE")]
    pub(crate) phase_key: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct CompareArgs {
    /// The first component, or the directory of a measure project.
    pub(crate) a: PathBuf,
    /// The second.
    pub(crate) b: PathBuf,
    #[command(flatten)]
    pub(crate) units: Units,
    /// Draw the values of both against the gap: one picture for each task, into a directory.
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "assay-compare")]
    pub(crate) plot: Option<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which units run, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Units {
    /// Directory of a task; repeat for several.
    #[arg(long, required = true, value_name = "DIR", num_args = 1..)]
    pub(crate) task: Vec<PathBuf>,
    /// Run on this network alone; repeat for several. A task has a score only if all of its networks
    /// ran.
    #[arg(long, value_name = "NETWORK")]
    pub(crate) only: Vec<String>,
    /// Seed of the contest, from which each unit's seed is derived.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Computing threads; 0 takes one for each core. The result does not depend on it.
    #[arg(long, default_value_t = 0)]
    pub(crate) threads: usize,
    #[command(flatten)]
    pub(crate) rules: Rules,
    /// Run everything in this process, without the isolation of separate ones. The result is the same.
    #[arg(long)]
    pub(crate) in_process: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct ReplayArgs {
    /// Directory of the bundle, as `assay run --record` makes it.
    pub(crate) record: PathBuf,
    /// What to do: `execute` computes everything again, `transcript` answers the component from its
    /// transcript and needs no task.
    #[arg(long, value_enum)]
    pub(crate) mode: ReplayMode,
    /// Directory of a task of the records; repeat for several.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) task: Vec<PathBuf>,
    /// A component of the records; repeat for several.
    #[arg(long, required = true, value_name = "FILE", num_args = 1..)]
    pub(crate) component: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: Rules,
    /// File of the key of the records' hidden phase: to execute them again. `transcript` needs none.
    #[arg(long, value_name = "FILE")]
    pub(crate) phase_key: Option<PathBuf>,
    /// Computing threads; 0 takes one for each core. The result does not depend on it.
    #[arg(long, default_value_t = 0)]
    pub(crate) threads: usize,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a contest may rule otherwise than usual.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Rules {
    /// Refuse components that import WASI, as a contest that forbids it does.
    #[arg(long)]
    pub(crate) no_wasi: bool,
}

impl Rules {
    /// The limits under these rules.
    pub(crate) fn limits(self) -> SandboxLimits {
        SandboxLimits { wasi: !self.no_wasi, ..SandboxLimits::PUBLISHED }
    }
}

/// How to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReplayMode {
    /// Compute everything again.
    Execute,
    /// Answer from the transcript.
    Transcript,
}

impl ReplayMode {
    /// The mode's name in JSON and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Execute => "execute",
            Self::Transcript => "transcript",
        }
    }
}

/// A way to compute calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LaneName {
    /// The bit-exact one.
    Cpu,
    /// Burn on wgpu, in the binary `assay-gpu`.
    Gpu,
}

impl LaneName {
    /// The lane's name in JSON and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

#[derive(Debug, Parser)]
pub(crate) struct ScoreArgs {
    /// The task's `model_configs.json`.
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: PathBuf,
    /// The predictions: a `.predict` file as the contest's ingestion program writes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: PathBuf,
    /// The scoring function alone, without the refusals of the contest's score.py.
    #[arg(long)]
    pub(crate) unchecked: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct TrainArgs {
    /// The recipe.
    pub(crate) recipe: PathBuf,
    /// Directory to put the task into.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, Parser)]
pub(crate) struct VerifyBundleArgs {
    /// Directory of the bundle.
    pub(crate) bundle: PathBuf,
    /// Public key that must have signed the bundle: its file, or its 64 hexadecimal digits.
    #[arg(long, value_name = "FILE|HEX")]
    pub(crate) key: Option<String>,
    /// Directory of a task that the records must fit; with its truth, scores are computed again. Repeat
    /// for several.
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub(crate) task: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a secret key in a new file that only its owner can read, and print the public one.
    New(KeyArgs),
    /// Print the public key of a secret key's file.
    Public(KeyArgs),
    /// Make the key of a hidden phase in a new file that only its owner can read, and print its
    /// commitment.
    Phase(KeyArgs),
    /// Print the commitment of a phase's key: what is published of it before the release.
    Commitment(KeyArgs),
    /// Print which network a hidden phase shows under which id.
    Order(OrderArgs),
}

#[derive(Debug, Parser)]
pub(crate) struct OrderArgs {
    /// File of the phase's key.
    #[arg(long, value_name = "FILE")]
    pub(crate) phase_key: PathBuf,
    /// Directory of a task; repeat for several.
    #[arg(long, required = true, value_name = "DIR", num_args = 1..)]
    pub(crate) task: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct KeyArgs {
    /// File of the key.
    pub(crate) file: PathBuf,
}
