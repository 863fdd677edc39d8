//! Runs one component: admission, one fresh instance per network, both meters, and an outcome for
//! everything that can happen.
//!
//! Must not know: how calls are computed (it talks to [`assay_call::Host`]), tasks and their truth,
//! HTTP, the store.
//!
//! Begin with [`Sandbox::admit`] and [`Sandbox::run`]; `engine.rs` is the only place that configures
//! wasmtime, `wasi.rs` the only one that says what of WASI there is.

mod admission;
mod bindings;
mod engine;
mod gauge;
mod host;
mod limits;
mod nesting;
mod outcome;
mod run;
mod state;
mod wasi;
mod watchdog;

pub use admission::{Admitted, Description, Refusal, RefusalClass};
pub use gauge::FuelGauge;
pub use limits::SandboxLimits;
pub use outcome::{Outcome, UnitReport};
pub use run::{Measure, Sandbox};
pub use state::{Level, LogLine, NoHost};
pub use wasi::is_wasi;
