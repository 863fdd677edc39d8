//! Runs a measure natively: in this process, on the real engine, without WebAssembly. For unit tests and
//! debuggers.
//!
//! ```no_run
//! # use assay_sdk::{Dataset, Error, Measure, Network};
//! # struct MyMeasure;
//! # impl Measure for MyMeasure {
//! #     const NAME: &str = "my-measure";
//! #     const AUTHORS: &[&str] = &["Ada Example"];
//! #     fn evaluate(_: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> { Ok(0.0) }
//! # }
//! # fn main() -> Result<(), assay_native::Error> {
//! let task = assay_native::Task::open("tasks/fashion-mini")?;
//! let run = assay_native::run::<MyMeasure>(&task, "model_0")?;
//! println!("{} for {} work in {} calls", run.value, run.work, run.calls);
//! # Ok(())
//! # }
//! ```
//!
//! [`Unit::run_with`] runs a part of a measure instead of a whole one, and [`parts`] makes networks and data
//! by hand.
//!
//! # What is the same as in the sandbox
//!
//! Calls go to the same session and the same engine, in the same order: checks, errors, prices, the work
//! budget, the log with its limits, and every bit of every tensor. A measure that panics, returns an error
//! or NaN, or uses up its budget fails, and the [`Failure`] says why. A panic fails the unit even if the
//! measure catches it, since a component cannot.
//!
//! # What is not
//!
//! * Fuel and memory are not counted: `budget::fuel_left` always says that all is left. Nor are the 2 MiB that
//!   may cross in one call. `assay run` counts them.
//! * The seed of a component follows from its bytes, and here there are none: it is [`DEFAULT_SEED`] unless
//!   [`Unit::with_seed`] sets it. [`Task::seed`] computes the one that a component is handed.
//! * `f64::ln`, `exp` and their like come from this platform's library, in a component from Rust's own: their
//!   last bit may differ. Functions of tensors do not.
//! * `usize` has the bits of this platform, a component's has 32; and a debug build finds overflows of integers
//!   that a component wraps.
//! * Files, clocks and threads work here. A measure that uses them works nowhere else.
//!
//! A measure is stopped by unwinding, which needs `panic = "unwind"`, as tests always have.
//!
//! Must not know: the contest, wasm, processes. This is the one crate of the SDK that depends on crates of the
//! host.
//!
//! Begin with [`Unit`], then `host.rs`.

mod host;
mod log;
mod outcome;
mod panics;
pub mod parts;
mod task;
mod unit;

pub use assay_ids::Digest;
pub use log::{Level, LogLine};
pub use outcome::{Failure, Reason, Run};
pub use task::Task;
pub use unit::{DEFAULT_SEED, Unit};

/// Evaluates a measure on one network of a task, with the default seed.
///
/// # Errors
/// The unit cannot be made, or the measure has no value.
pub fn run<M: assay_sdk::Measure>(task: &Task, network: &str) -> Result<Run, Error> {
    Ok(task.unit(network)?.run::<M>()?)
}

/// Why there is no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A task cannot be read.
    #[error(transparent)]
    Task(#[from] assay_task::TaskError),
    /// A network or data made by hand does not fit together.
    #[error("{0}")]
    Misfit(String),
    /// The engine cannot start.
    #[error("{0}")]
    Lane(String),
    /// The unit ended without a value.
    #[error(transparent)]
    Failure(Box<Failure>),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failure(Box::new(failure))
    }
}
