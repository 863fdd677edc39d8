//! Kernels of the `cpu` lane. Each is single-threaded and fixes one order of accumulation; callers
//! spread independent pieces over threads.

pub(crate) mod activation;
pub(crate) mod arrange;
pub(crate) mod convolution;
pub(crate) mod elementwise;
pub(crate) mod gemm;
pub(crate) mod normalization;
pub(crate) mod order;
pub(crate) mod pooling;
pub(crate) mod random;
pub(crate) mod reduce;
