//! Random numbers that depend on a seed alone.
//!
//! Number `i` of a stream depends on (seed, stream, i) and nothing else: the same call gives the same
//! numbers on every machine, and a longer draw begins with a shorter one's. Give each purpose a
//! stream of its own; the seed is the one that [`evaluate`](crate::Measure::evaluate) was handed. The
//! contract specifies the generator (Philox 4x32-10), so that it can be computed anywhere.
//!
//! ```no_run
//! # use assay_sdk::{Error, Network, random};
//! # fn noisy(network: &Network<'_>, seed: u64) -> Result<Vec<assay_sdk::Tensor>, Error> {
//! let noisy = network.parameters().map(|parameter| {
//!     let stream = u64::from(parameter.index());
//!     parameter.value() + random::normal(seed, stream, &parameter.shape) * 0.01
//! });
//! # Ok(noisy.collect())
//! # }
//! ```
//!
//! # Panics
//! Functions without `try_` panic where the host refuses the call: more than 8 axes, or no room.

use crate::bindings::assay::measure::tensors::Tensor as Raw;
use crate::error::settle;
use crate::{Error, Tensor};

/// Normal numbers of mean 0 and deviation 1. Work: 16 × elements.
#[track_caller]
pub fn normal(seed: u64, stream: u64, shape: &[u32]) -> Tensor {
    settle("random::normal", try_normal(seed, stream, shape))
}

/// As [`normal`].
///
/// # Errors
/// [`Error::InvalidArgument`] (more than 8 axes), [`Error::TooLarge`].
pub fn try_normal(seed: u64, stream: u64, shape: &[u32]) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(Raw::random_normal(seed, stream, shape)?))
}

/// Uniform numbers in [0, 1), multiples of 2^-24. Work: 4 × elements.
#[track_caller]
pub fn uniform(seed: u64, stream: u64, shape: &[u32]) -> Tensor {
    settle("random::uniform", try_uniform(seed, stream, shape))
}

/// As [`uniform`].
///
/// # Errors
/// As [`try_normal`].
pub fn try_uniform(seed: u64, stream: u64, shape: &[u32]) -> Result<Tensor, Error> {
    Ok(Tensor::from_raw(Raw::random_uniform(seed, stream, shape)?))
}

/// A random order of 0 to `length` - 1; at most 262,144. Work: 4 × length.
///
/// # Errors
/// [`Error::TooLarge`]: a task may have more examples than that.
pub fn permutation(seed: u64, stream: u64, length: u32) -> Result<Vec<u32>, Error> {
    Ok(Raw::random_permutation(seed, stream, length)?)
}
