//! The command `assay`: competitors build, check and run measures; organizers import and verify
//! tasks; anybody scores predictions and verifies records.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 failed or differs, 2 usage,
//! 3 inconclusive.
//!
//! Begin with `args.rs`, which is also what `--help` prints, then `commands/`.

// Text leaves through `output.rs`, which lets nothing through that steers a terminal.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod commands;
mod failure;
mod output;
mod plot;
mod progress;

use std::process::ExitCode;

use assay_worker::Role;
use clap::Parser as _;

use args::{Args, Command, KeyCommand, TaskCommand};

fn main() -> ExitCode {
    // First of all: a process of a unit has nothing to do with the command line.
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    let args = Args::parse();
    let result = match args.command {
        Command::Build(args) => commands::build::run(&args),
        Command::New(args) => commands::new::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Compare(args) => commands::compare::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Replay(args) => commands::replay::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Score(args) => commands::score::run(&args),
        Command::Task(TaskCommand::Import(args)) => commands::import::run(&args),
        Command::Task(TaskCommand::Verify(args)) => commands::verify::run(&args),
        Command::Task(TaskCommand::Inspect(args)) => commands::inspect::run(&args),
        Command::Task(TaskCommand::Seal(args)) => commands::seal::seal(&args),
        Command::Task(TaskCommand::Share(args)) => commands::unseal::share(&args),
        Command::Task(TaskCommand::Unseal(args)) => commands::unseal::unseal(&args),
        Command::Task(TaskCommand::Commitment(args)) => commands::seal::commitment(&args),
        Command::Train(args) => commands::train::run(&args),
        Command::Verify(args) => commands::verify_bundle::run(&args),
        Command::Key(KeyCommand::New(args)) => commands::key::new(&args),
        Command::Key(KeyCommand::Public(args)) => commands::key::public(&args),
        Command::Key(KeyCommand::Phase(args)) => commands::phase_key::new(&args),
        Command::Key(KeyCommand::Commitment(args)) => commands::phase_key::commitment(&args),
        Command::Key(KeyCommand::Order(args)) => commands::phase_key::order(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}
