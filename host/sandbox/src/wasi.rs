//! The part of WASI 0.2 that a component may import, and all that it is answered.
//!
//! Ordinary toolchains link WASI whether a program uses it or not. So that what they build runs, the host
//! answers the interfaces of [`PART`], and answers them deterministically: with constants, or with numbers
//! that follow from the unit's seed. Nothing in here looks at the machine, waits, starts a thread or makes
//! a system call, and what a component can make it hold is bounded.
//!
//! | interface | answer |
//! |---|---|
//! | `cli/environment` | no variables, no arguments, no initial directory |
//! | `cli/exit` | ends the unit: a trap, since a measure that exits has no value |
//! | `cli/stdin` | closed |
//! | `cli/stdout`, `cli/stderr` | lines of the log, at the levels info and warning |
//! | `cli/terminal-*` | there is none |
//! | `clocks/*` | stand still at 0; every timer is over at once |
//! | `filesystem/*` | no directory is open, so no file can be reached |
//! | `io/*` | the streams of the above; a poll finds everything ready |
//! | `random/*` | functions of the unit's seed |
//!
//! Types and traits are those of `wasmtime-wasi`. So are the implementations where the answer is a
//! constant; where its own would read a clock, draw from the system or wait in a runtime, ours stand in
//! their place (`wasi/`). What was drawn and what was printed reach the transcript as notes; constants
//! need none.

mod clock;
mod draw;
mod print;

use assay_ids::UnitSeed;
use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtx, WasiCliCtxView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemCtx, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::sync::filesystem::types;
use wasmtime_wasi::p2::bindings::sync::io::{poll, streams};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem::preopens, random};
use wasmtime_wasi_io::bindings::wasi::io::error;

use self::draw::Random;
use self::print::Line;
use crate::SandboxLimits;
use crate::state::State;

/// Links one interface.
type Link = fn(&mut Linker<State>) -> wasmtime::Result<()>;

/// Answered by [`State`] itself.
type Ours = HasSelf<State>;

/// Every interface that is answered; nothing else of WASI is.
const PART: [(&str, Link); 20] = [
    ("wasi:cli/environment", |l| cli::environment::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:cli/exit", |l| cli::exit::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:cli/stdin", |l| cli::stdin::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:cli/stdout", |l| cli::stdout::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:cli/stderr", |l| cli::stderr::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:cli/terminal-input", |l| cli::terminal_input::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:cli/terminal-output", |l| cli::terminal_output::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:cli/terminal-stdin", |l| cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:cli/terminal-stdout", |l| cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:cli/terminal-stderr", |l| cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, cli_of)),
    ("wasi:clocks/monotonic-clock", |l| {
        clocks::monotonic_clock::add_to_linker::<_, Ours>(l, |state| state)
    }),
    ("wasi:clocks/wall-clock", |l| clocks::wall_clock::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:filesystem/preopens", |l| preopens::add_to_linker::<_, WasiFilesystem>(l, files_of)),
    ("wasi:filesystem/types", |l| types::add_to_linker::<_, WasiFilesystem>(l, files_of)),
    ("wasi:io/error", |l| error::add_to_linker::<_, Table>(l, |state| &mut state.table)),
    ("wasi:io/poll", |l| poll::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:io/streams", |l| streams::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:random/random", |l| random::random::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:random/insecure", |l| random::insecure::add_to_linker::<_, Ours>(l, |state| state)),
    ("wasi:random/insecure-seed", |l| {
        random::insecure_seed::add_to_linker::<_, Ours>(l, |state| state)
    }),
];

/// Answered by the table of handles alone. No error is ever in it: no stream of ours fails but by being
/// closed.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

fn cli_of(state: &mut State) -> WasiCliCtxView<'_> {
    WasiCliCtxView { ctx: &mut state.wasi.cli, table: &mut state.table }
}

fn files_of(state: &mut State) -> WasiFilesystemCtxView<'_> {
    WasiFilesystemCtxView { ctx: &mut state.wasi.files, table: &mut state.table }
}

/// Links all of [`PART`].
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    PART.iter().try_for_each(|(_, link)| link(linker))
}

/// Whether an import is of WASI, of whatever version.
pub fn is_wasi(import: &str) -> bool {
    import.starts_with("wasi:")
}

/// What is offered of an interface of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offered {
    /// It is linked. A release of 0.2 may be asked for by any other, as long as it has its functions.
    Yes,
    /// It is, but not in this version.
    OtherVersion,
    /// It is not.
    No,
}

/// Whether an import of WASI is in [`PART`].
pub(crate) fn offered(import: &str) -> Offered {
    let (name, version) = import.split_once('@').unwrap_or((import, ""));
    if !PART.iter().any(|(offered, _)| *offered == name) {
        return Offered::No;
    }
    let release = version.strip_prefix("0.2.").unwrap_or_default();
    let is_number = !release.is_empty() && release.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { Offered::Yes } else { Offered::OtherVersion }
}

/// What a store holds for WASI.
pub(crate) struct Wasi {
    /// Empty, and stays so.
    cli: WasiCliCtx,
    /// No directory is in it. Whatever would touch the system takes a descriptor, and there is none.
    files: WasiFilesystemCtx,
    random: Random,
    stdout: Line,
    stderr: Line,
}

impl Wasi {
    pub(crate) fn new(seed: UnitSeed, limits: &SandboxLimits) -> Self {
        Self {
            cli: WasiCliCtx::default(),
            files: WasiFilesystemCtx::default(),
            random: Random::new(seed, limits.random_bytes_max),
            stdout: Line::default(),
            stderr: Line::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_0_2_are_offered_and_nothing_else() {
        for release in ["0", "3", "12", "99"] {
            assert_eq!(offered(&format!("wasi:io/poll@0.2.{release}")), Offered::Yes);
        }
        for version in
            ["", "@", "@0.2", "@0.2.", "@0.2.0-rc-2023-11-10", "@0.3.0", "@1.0.0", "@0.2.x"]
        {
            assert_eq!(
                offered(&format!("wasi:io/poll{version}")),
                Offered::OtherVersion,
                "{version}"
            );
        }
        for name in
            ["wasi:sockets/tcp@0.2.0", "wasi:clocks/timezone@0.2.0", "wasi:io@0.2.0", "wasi:"]
        {
            assert_eq!(offered(name), Offered::No, "{name}");
        }
    }
}
