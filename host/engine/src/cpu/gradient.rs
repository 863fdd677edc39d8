//! Kernels of derivatives: how a change of a layer's result comes back to its input and its weights.
//!
//! "Cotangent" is the derivative of the objective with respect to a layer's result. Each kernel fixes
//! one order of accumulation, as the kernels of the forward pass do.

pub(crate) mod activation;
pub(crate) mod convolution;
pub(crate) mod curvature;
pub(crate) mod dense;
pub(crate) mod elementwise;
pub(crate) mod pooling;
pub(crate) mod sums;
