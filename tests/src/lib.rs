//! Support for the tests that cross crates: where things lie, guests made from text, and the
//! command as a user starts it.
//!
//! Must not know: how anything works inside; it uses what users use.
//!
//! Begin with the files in `tests/tests/`, one for each promise.

mod both;
mod children;
mod command;
mod gpu;
mod guest;
mod place;
mod probe;
mod python;
mod walkthrough;
mod wasi;

pub use both::{Both, SEED};
pub use children::{ChildProcess, resident};
pub use command::{Ran, assay, binary, import};
pub use gpu::GpuProcess;
pub use guest::Guest;
pub use place::{built_guest, copy_directory, golden, shared, shipped_task};
pub use probe::{Came, attempt, confinement_supported, probe};
pub use python::{built_python, componentize_py, python, python_sdk};
pub use walkthrough::{Action, Step, compare, steps};
pub use wasi::{wasi_guest, wasi_guest_describing};
