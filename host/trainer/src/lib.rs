//! Builds tasks: trains the networks of a recipe's grid with Burn's autodiff and writes them.
//!
//! Training depends on the recipe alone: shuffles, initial weights and dropout masks come from its
//! seed, each network runs on one thread, and the number of threads changes nothing. Weights are
//! stored as `f16`, so initial weights are rounded before training and final ones after it, and all
//! metrics are measured on the rounded weights by the `cpu` lane: `assay task verify` finds what
//! the truth says. Another machine's vector width may give other (equally good) weights.
//!
//! Must not know: wasm, the contest.
//!
//! Begin with [`Recipe`], then [`train`], then `fit.rs`, where the learning happens.

#[cfg(test)]
mod end_to_end;
mod fit;
mod forward;
mod grid;
mod idx;
mod keep;
mod outcome;
mod pictures;
mod random;
mod recipe;
#[cfg(test)]
mod synthetic;
mod train;
mod vgg;

pub use fit::{Fit, FitError};
pub use forward::Unsupported;
pub use grid::{Cell, Grid, GridError, Value};
pub use idx::{Idx, IdxError};
pub use outcome::{Outcome, Summary, Unfit, check, model_configs};
pub use pictures::{FASHION_MNIST_DIR, Pictures, PicturesError};
pub use recipe::{DatasetKind, DatasetRecipe, Family, Recipe, RecipeError, Schedule};
pub use train::{Event, Settings, TrainError, train};
