//! Derivatives of networks.
//!
//! Reverse mode walks the layers backwards from the cotangent of the logits; what a layer's way back
//! needs of the forward pass is kept as activations at taps. A batch is cut into pieces of a few
//! examples, so only a piece's activations are alive. Examples do not depend on each other, and sums
//! over examples have a fixed order (`parameters.rs`), so neither the cut nor the threads can change a
//! bit.
//!
//! Inputs must have been checked: shapes fit, layers exist, classes are below the number of logits,
//! and the network's output is a row of logits.

mod activations;
mod hessian;
mod linear;
mod objective;
mod parameters;
#[cfg(test)]
mod pieces;
mod reverse;
mod tangent;
mod trace;
mod train;
mod transposed;

pub use hessian::hessian_vector;
pub use linear::{apply_linear, apply_transpose};
pub use objective::{Objective, objective};
pub use parameters::parameter_gradients;
pub use reverse::gradients;
pub use tangent::{Tangent, jacobian_vector};
pub use train::{Descent, train};
pub(crate) use transposed::Transposed;

use crate::PreparedNetwork;

/// Values of one example as layer `layer` takes it.
fn input_size(network: &PreparedNetwork, layer: usize) -> usize {
    network.network().architecture().layers()[layer].input.iter().product()
}

/// Number of logits of an example.
fn classes(network: &PreparedNetwork) -> usize {
    network.network().architecture().output().iter().product()
}
