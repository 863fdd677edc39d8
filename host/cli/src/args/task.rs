//! What is done with tasks: importing, verifying, sealing.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Import tasks in the contest's released layout, from a directory or a zip.
    Import(ImportArgs),
    /// Recompute train accuracy and loss of every network and compare them with the truth.
    Verify(VerifyArgs),
    /// Show what a task holds.
    Inspect(VerifyArgs),
    /// Encrypt the truth of tasks under a key that is split between the organizers, and print the
    /// commitment to it.
    Seal(SealArgs),
    /// Open the one share of a sealed truth that is for you, to hand it over.
    Share(ShareArgs),
    /// Bring the truth of tasks back, with enough organizers' keys or shares.
    Unseal(UnsealArgs),
    /// Print the commitment to a truth that is or was sealed; where it is unsealed, check it.
    Commitment(CommitmentArgs),
}

#[derive(Debug, Parser)]
pub(crate) struct SealArgs {
    /// Directories of the tasks.
    #[arg(required = true)]
    pub(crate) dir: Vec<PathBuf>,
    /// Public key of an organizer (`age1…`), who gets one share; repeat for each.
    #[arg(long, value_name = "KEY", num_args = 1.., required_unless_present = "recipients_file")]
    pub(crate) recipient: Vec<String>,
    /// File of such keys, one in a line; repeat for several.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) recipients_file: Vec<PathBuf>,
    /// How many shares open the truth.
    #[arg(long, default_value_t = 2)]
    pub(crate) threshold: usize,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct ShareArgs {
    /// Directory of the task.
    pub(crate) dir: PathBuf,
    /// File of your secret key, as age-keygen makes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: PathBuf,
    /// New file for the share. Whoever has enough of them opens the truth.
    #[arg(short, long, value_name = "SHARE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Parser)]
pub(crate) struct UnsealArgs {
    /// Directories of the tasks.
    #[arg(required = true)]
    pub(crate) dir: Vec<PathBuf>,
    /// File of an organizer's secret key, as age-keygen makes it; repeat for each.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) identity: Vec<PathBuf>,
    /// File of a share that an organizer has handed over; repeat for each.
    #[arg(long, value_name = "SHARE", num_args = 1..)]
    pub(crate) share: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct CommitmentArgs {
    /// Directory of the task.
    pub(crate) dir: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Parser)]
pub(crate) struct ImportArgs {
    /// A root with `input_data` and `reference_data`, one task's folder, or a zip of either.
    pub(crate) src: PathBuf,
    /// Directory to put the tasks into; it is made if it is absent.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, Parser)]
pub(crate) struct VerifyArgs {
    /// Directory of the task.
    pub(crate) dir: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
