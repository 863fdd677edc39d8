//! Tensors: arrays of 32-bit floats on the host's side.
//!
//! By purpose: values across the border in `values`, new arrangements of the same values in
//! `arrange`, functions of single values and pairs in `elementwise`, reductions in `reduce`, orders
//! of rows in `order`, products of rows in `products`, decompositions in `linear`. Every method that
//! can only fail by the author's mistake has a `try_` form or stands on one that does.

mod arrange;
mod elementwise;
mod linear;
mod order;
mod products;
mod reduce;
mod values;

use std::fmt;

use crate::Error;
pub(crate) use crate::bindings::assay::measure::tensors::Tensor as Raw;
use crate::error::settle;

pub use crate::bindings::assay::measure::tensors::{
    BinaryOp, Direction, Padding, ReduceOp, UnaryOp,
};
pub use elementwise::Operand;
pub use linear::{Eigen, Svd};
pub use order::Ranking;

/// A handle to an array of 32-bit floats on the host's side. It never changes; dropping it frees
/// the host's memory.
///
/// Shapes are row-major lists of axis lengths, at most 8 axes; `[]` is a scalar. At most 2^26
/// elements in one tensor, and 2 GiB in all tensors alive.
///
/// Arithmetic works on tensors, references and numbers, with broadcasting: shapes are aligned from
/// the last axis, and an axis of length 1 repeats.
///
/// ```no_run
/// # fn spread(a: &assay_sdk::Tensor, b: &assay_sdk::Tensor) -> f32 {
/// let middle = (a + b) * 0.5;
/// (a - &middle).square().sum() + (1.0 - b).abs().max()
/// # }
/// ```
///
/// # Panics
/// Methods and operators without `try_` panic where the host refuses the call: shapes that do not
/// fit, an axis or index outside, no room for the result. The text says which.
pub struct Tensor {
    raw: Raw,
}

impl Tensor {
    pub(crate) fn from_raw(raw: Raw) -> Self {
        Self { raw }
    }

    pub(crate) fn raw(&self) -> &Raw {
        &self.raw
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> Vec<u32> {
        self.raw.shape()
    }

    /// Number of elements: the product of [`shape`](Self::shape); 1 for a scalar.
    pub fn elements(&self) -> u32 {
        // The host keeps every tensor within 2^26 elements, but an axis of length 0 hides long others.
        product(&self.shape())
    }

    /// Softmax over the last axis, same shape. Work: 16 × elements.
    #[track_caller]
    pub fn softmax(&self) -> Tensor {
        settle("softmax", self.try_softmax())
    }

    /// As [`softmax`](Self::softmax).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar).
    pub fn try_softmax(&self) -> Result<Tensor, Error> {
        Ok(Self { raw: self.raw.softmax()? })
    }

    /// Logarithm of the softmax over the last axis, computed without cancellation; same shape. Work:
    /// 16 × elements.
    #[track_caller]
    pub fn log_softmax(&self) -> Tensor {
        settle("log_softmax", self.try_log_softmax())
    }

    /// As [`log_softmax`](Self::log_softmax).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar).
    pub fn try_log_softmax(&self) -> Result<Tensor, Error> {
        Ok(Self { raw: self.raw.log_softmax()? })
    }
}

/// Elements of a shape; `u32::MAX` where they are more than any tensor has.
fn product(shape: &[u32]) -> u32 {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().fold(1, |product: u32, &length| product.saturating_mul(length))
}

/// Shows the shape: the values are on the host's side.
impl fmt::Debug for Tensor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tensor{:?}", self.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::product;

    #[test]
    fn elements_of_shapes_never_overflow() {
        assert_eq!(product(&[]), 1);
        assert_eq!(product(&[2, 3, 4]), 24);
        assert_eq!(product(&[u32::MAX, u32::MAX, 0]), 0);
        assert_eq!(product(&[u32::MAX, 2]), u32::MAX);
    }
}
