//! Scorers: pure functions of a task's truth and a measure's numbers.
//!
//! [`pgdl_2020`] is the reference contest's score, the same number that its `score.py` prints,
//! edge cases included; [`check`] is what that program refuses. Beside it stand the figures that
//! help to read a score: rank and linear [`correlations`], the task's [`chance_floor`] and a
//! [`bootstrap`] interval over networks.
//!
//! Must not know: anything else in the workspace; files, clocks, processes; how a score is shown.
//!
//! Begin with [`Reference`] and [`Predictions`], the two inputs, then `pgdl.rs`.

mod bootstrap;
mod chance;
mod check;
mod correlation;
mod error;
mod json;
mod pgdl;
mod predictions;
mod python;
mod random;
mod reference;
mod slots;
mod summary;

pub use bootstrap::{Interval, bootstrap};
pub use chance::{ChanceFloor, chance_floor};
pub use check::{Refusal, check};
pub use correlation::{Correlations, correlations, kendall_tau, pearson, spearman};
pub use error::ScoreError;
pub use json::json_number;
pub use pgdl::{Pgdl, SetScore, pgdl_2020};
pub use predictions::{Prediction, Predictions};
pub use python::PyValue;
pub use reference::{Hyperparameter, Metrics, Model, Reference};
