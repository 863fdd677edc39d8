//! Reductions: all values to one number, or some axes away.
//!
//! Sums accumulate in 64-bit floats in a fixed order and are rounded once. A method without an axis
//! gives a number, which takes two calls; one with axes gives a tensor without those axes. Work:
//! elements (2 × for variance).

use super::{ReduceOp, Tensor};
use crate::Error;
use crate::error::settle;

macro_rules! reductions {
    ($($(#[$doc:meta])* $all:ident, $axes:ident, $op:ident;)+) => {
        impl Tensor {
            $(
                $(#[$doc])*
                #[doc = "\n\nOver all elements."]
                #[track_caller]
                pub fn $all(&self) -> f32 {
                    let result = self.try_reduce(ReduceOp::$op, &[]);
                    settle(stringify!($all), result.and_then(|scalar| scalar.try_scalar()))
                }

                $(#[$doc])*
                #[doc = "\n\nOver the given axes, which vanish from the shape; none given means all."]
                #[track_caller]
                pub fn $axes(&self, axes: &[u32]) -> Tensor {
                    settle(stringify!($axes), self.try_reduce(ReduceOp::$op, axes))
                }
            )+
        }
    };
}

reductions! {
    /// Sum; 0 of nothing.
    sum, sum_axes, Sum;
    /// Arithmetic mean.
    mean, mean_axes, Mean;
    /// Largest value; NaN if any value is.
    max, max_axes, Maximum;
    /// Smallest value; NaN if any value is.
    min, min_axes, Minimum;
    /// Mean squared distance from the mean (divided by the count).
    variance, variance_axes, Variance;
    /// Sum of absolute values.
    l1_norm, l1_norm_axes, L1Norm;
    /// Root of the sum of squares.
    l2_norm, l2_norm_axes, L2Norm;
}

impl Tensor {
    /// Reduces the given axes, which vanish from the shape; none given reduces all to a scalar. Work:
    /// elements (2 × for variance).
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::InvalidArgument`] (an axis twice), [`Error::ShapeMismatch`]
    /// (nothing to reduce over for mean, maximum, minimum, variance).
    pub fn try_reduce(&self, op: ReduceOp, axes: &[u32]) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.reduce(op, axes)?))
    }

    /// Position of the largest value along the last axis, row by row: `[.., n]` gives as many
    /// positions as there are rows, at most 262,144. The first of equals; NaN counts as smaller than
    /// anything. Work: elements.
    #[track_caller]
    pub fn arg_max(&self) -> Vec<u32> {
        settle("arg_max", self.try_arg_max())
    }

    /// As [`arg_max`](Self::arg_max).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar, or a last axis of length 0), [`Error::TooLarge`].
    pub fn try_arg_max(&self) -> Result<Vec<u32>, Error> {
        Ok(self.raw.arg_max()?)
    }

    /// Position of the smallest value along the last axis, row by row; the first of equals, and NaN
    /// counts as larger than anything. At most 262,144 rows. Work: elements.
    #[track_caller]
    pub fn arg_min(&self) -> Vec<u32> {
        settle("arg_min", self.try_arg_min())
    }

    /// As [`arg_min`](Self::arg_min).
    ///
    /// # Errors
    /// As [`try_arg_max`](Self::try_arg_max).
    pub fn try_arg_min(&self) -> Result<Vec<u32>, Error> {
        Ok(self.raw.arg_min()?)
    }
}
