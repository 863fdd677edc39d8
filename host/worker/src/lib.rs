//! Runs units, each in processes of its own: admits a component, starts an engine and one guest for
//! each unit, hands the guest's socket to the engine, and collects what both sides say at the end.
//!
//! | process | holds | where |
//! |---|---|---|
//! | compiler | an uploaded component | `compiler.rs` |
//! | guest | compiled code, one socket to the engine | `guest.rs` |
//! | engine | weights and training data of the tasks it was started for | `engine.rs` |
//!
//! All three are this program again, started by [`Role`]; the `gpu` lane's engine is the binary
//! `assay-gpu`. A process locks itself down before it reads a byte that a competitor wrote.
//!
//! Must not know: the truth, how a contest decides, pages.
//!
//! Begin with [`Worker`] in `worker.rs`, then the files of the three processes. `local.rs` runs a unit
//! in this process, for tests and for comparison.

mod admission;
mod attempts;
mod code;
mod compiler;
mod engine;
mod engines;
mod guest;
mod last_data;
mod local;
mod profile;
mod program;
mod record;
mod replay;
mod unit;
mod worker;

pub use admission::{Admission, NotAdmitted};
pub use attempts::{ATTEMPTS_MAX, attempts};
pub use code::CodeCache;
pub use engines::Engines;
pub use local::Local;
pub use profile::{Cost, Profile};
pub use program::{Program, Role};
pub use record::{Circumstances, HiddenPhase, record};
pub use replay::{ReplayError, Verdict};
#[doc(hidden)]
pub use unit::judge;
pub use unit::{Recording, Unit, Used};
pub use worker::Worker;

/// Why something could not be done, where nobody outside is to blame.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// A process could not be started.
    #[error("{what} cannot be started: {error}")]
    Start {
        /// Which process.
        what: &'static str,
        /// Why.
        error: std::io::Error,
    },
    /// A process of ours does not answer as it should.
    #[error("{what}: {error}")]
    Transport {
        /// Which process.
        what: &'static str,
        /// Why.
        error: assay_call::transport::TransportError,
    },
    /// A unit's guest process ended without a report.
    #[error("the guest process was lost")]
    Lost,
    /// The machine did not give what was asked of it.
    #[error("{what}: {error}")]
    Machine {
        /// What was wanted.
        what: &'static str,
        /// Why it was not given.
        error: std::io::Error,
    },
    /// The sandbox cannot start.
    #[error("the sandbox cannot start: {0}")]
    Sandbox(String),
    /// A task cannot be read.
    #[error(transparent)]
    Task(#[from] assay_task::TaskError),
    /// The engine's threads cannot be started.
    #[error(transparent)]
    Lane(#[from] assay_engine::LaneError),
}
