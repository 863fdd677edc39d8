//! What a measure written in Rust depends on.
//!
//! A measure receives one trained network and the task's training data, and returns one number;
//! larger means that the network is expected to generalise worse. Tensors stay on the host's side:
//! a measure holds handles, and the host does the heavy work.
//!
//! ```no_run
//! use assay_sdk::{Dataset, Error, Measure, Network, export_measure};
//!
//! struct TrainingError;
//!
//! impl Measure for TrainingError {
//!     const NAME: &str = "training-error";
//!     const AUTHORS: &[&str] = &["Ada Example"];
//!
//!     fn evaluate(network: &Network, dataset: &Dataset, _seed: u64) -> Result<f64, Error> {
//!         let mut wrong = 0;
//!         for batch in dataset.batches(100) {
//!             let batch = batch?;
//!             let predicted = network.logits(&batch.inputs)?.arg_max();
//!             wrong += predicted.iter().zip(&batch.labels).filter(|(p, l)| p != l).count();
//!         }
//!         Ok(wrong as f64 / f64::from(dataset.examples()))
//!     }
//! }
//!
//! export_measure!(TrainingError);
//! ```
//!
//! # Mistakes
//!
//! Two kinds are kept apart, so that a measure reads like its formula:
//!
//! * What depends on the task, such as asking for initial weights that the task lacks, or running a
//!   batch that is too large for the host, is a [`Result`]: all of [`Network`], [`Dataset`] and
//!   [`images`], and decompositions such as [`Tensor::svd`].
//! * What depends on the author's own arithmetic, such as adding shapes that do not fit, panics:
//!   the operators and methods of [`Tensor`]. The panic's text and place go to the log at level
//!   warning, then the unit ends as a trap. Where such a mistake is to be caught, the `try_` forms
//!   ([`Tensor::try_binary`] and its neighbours) return a [`Result`] instead.
//!
//! # Tests
//!
//! Functions of plain values are tested as any other code. What calls the host needs one: the crate
//! `assay-native` runs a measure, or any function of a [`Network`] and a [`Dataset`], in a test's own
//! process on the real engine.
//!
//! # Cost
//!
//! Every call to the host costs 1000 units of work, plus a quarter of the bytes that cross, plus
//! what the function's documentation says (one unit is about one multiply-add). See [`budget`].
//!
//! Must not know: the host. This crate depends on the contract in `wit/` and nothing else; `native` is
//! where `assay-native` takes a component's place.
//!
//! Begin with [`Measure`], then [`Tensor`].

/// The recipes of the cookbook, and the measure of the SDK's README, as doc tests: they compile.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../docs/cookbook.md")]
    struct Cookbook;
    #[doc = include_str!("../../README.md")]
    struct Readme;
}

pub mod augment;
// Generated for components; outside of one, calls go to whoever stands in for the host.
#[cfg(target_family = "wasm")]
mod bindings;
#[cfg(not(target_family = "wasm"))]
#[path = "native/bindings.rs"]
mod bindings;
pub mod budget;
pub mod clusters;
mod data;
mod error;
mod evaluation;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod export;
pub mod features;
pub mod graphs;
pub mod images;
pub mod k_variance;
pub mod log;
pub mod margins;
mod measure;
pub mod mixup;
#[cfg(not(target_family = "wasm"))]
pub mod native;
mod network;
pub mod predictions;
pub mod random;
pub mod response;
pub mod samples;
pub mod search;
pub mod statistics;
pub mod stream;
mod tensor;
mod weights;

pub use data::{Batch, Batches, Dataset, Statistics};
pub use error::Error;
pub use measure::Measure;
pub use network::{
    Activation, Descent, Layer, LayerKind, Network, Objective, Parameter, ParameterRole, Tangent,
    Tap, TapPoint, Window,
};
pub use tensor::{
    BinaryOp, Direction, Eigen, Operand, Padding, Ranking, ReduceOp, Svd, Tensor, UnaryOp,
};
pub use weights::Weights;

/// The version of the contract `assay:measure` that this crate speaks.
pub const API_VERSION: &str = "0.1.0";

/// Most values or indices that cross to or from the host in one call (1 MiB).
pub const WINDOW: u32 = 262_144;
