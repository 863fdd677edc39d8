//! The project's own chores, as `cargo xtask COMMAND`: preparing a machine, building guests, testing,
//! the demonstration, measuring.
//!
//! A machine with Rust and a C compiler is enough to begin: what else a command needs, it installs, or
//! it names the exact command that does. Each command has a file of its own.

mod bench;
mod board;
mod demo;
mod dependencies;
mod docs;
mod fuzz;
mod guests;
mod measures;
mod sanitizer;
mod setup;
mod step;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The chores of this project")]
struct Arguments {
    #[command(subcommand)]
    command: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Install what building, testing and the demonstration need, and say what is optional.
    Setup,
    /// Build every measure, example and test guest into target/guests/NAME.wasm.
    Guests,
    /// Everything that must hold: format, lints, tidy, guests, binaries, all tests.
    Test {
        /// Also run the long tests (sets ASSAY_FULL=1).
        #[arg(long)]
        full: bool,
    },
    /// Build everything, run three measures on a small task, and show the board.
    Demo {
        /// Do not start the pages afterwards. There are no pages yet, so this changes nothing.
        #[arg(long)]
        no_serve: bool,
    },
    /// The engine beside TensorFlow and others, pair by pair; what isolation costs; micro-benchmarks.
    Bench(bench::BenchArgs),
    /// Run every measure that ships on every task at hand, and write guest-sdk/measures/README.md.
    Measures(measures::MeasuresArgs),
    /// Feed every place where bytes of others come in from libFuzzer, with AddressSanitizer.
    Fuzz(fuzz::FuzzArgs),
    /// Write the pages that are generated from code: docs/prices.md, docs/limits.md.
    Docs {
        /// Write nothing; fail if a page is not what the code says.
        #[arg(long)]
        check: bool,
    },
    /// Check licences, sources and advisories of everything that is depended on.
    Deny,
    /// Check the rules that no compiler checks: sizes, headers, banned words, who may know whom.
    Tidy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Workspace::find().and_then(|workspace| match arguments.command {
        Chore::Setup => setup::run(&workspace),
        Chore::Guests => guests::run(&workspace),
        Chore::Test { full } => test::run(&workspace, full),
        Chore::Demo { no_serve: _ } => demo::run(&workspace),
        Chore::Bench(args) => bench::run(&workspace, args),
        Chore::Measures(args) => measures::run(&workspace, args),
        Chore::Fuzz(args) => fuzz::run(&workspace, args),
        Chore::Docs { check } => docs::run(&workspace, check),
        Chore::Deny => dependencies::run(&workspace),
        Chore::Tidy => tidy::run(&workspace),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
