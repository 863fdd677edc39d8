//! Kernels of the `cpu` lane. Each fixes one order of accumulation, whatever instruction set
//! ([`level`]) and threads it runs on.

pub(crate) mod activation;
pub(crate) mod arrange;
pub(crate) mod buffers;
pub(crate) mod convolution;
pub(crate) mod elementwise;
pub(crate) mod filters;
pub(crate) mod gemm;
pub(crate) mod gradient;
#[cfg(test)]
mod guard;
pub(crate) mod level;
pub(crate) mod normalization;
pub(crate) mod order;
pub(crate) mod pooling;
pub(crate) mod random;
pub(crate) mod reduce;
mod simd;
pub(crate) mod winograd;
