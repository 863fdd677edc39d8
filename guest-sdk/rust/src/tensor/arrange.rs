//! New arrangements of the same values.

use std::ops::Range;

use super::{Padding, Raw, Tensor, product};
use crate::Error;
use crate::error::settle;

impl Tensor {
    /// The same values in another shape with as many elements. Work: elements.
    #[track_caller]
    pub fn reshape(&self, shape: &[u32]) -> Tensor {
        settle("reshape", self.try_reshape(shape))
    }

    /// As [`reshape`](Self::reshape).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::InvalidArgument`] (more than 8 axes).
    pub fn try_reshape(&self, shape: &[u32]) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.reshape(shape)?))
    }

    /// Keeps axis 0 and joins all others: `[n, ..] -> [n, rest]`. Work: elements.
    #[track_caller]
    pub fn flatten_rows(&self) -> Tensor {
        let shape = self.shape();
        let (rows, rest) = shape.split_first().unwrap_or((&1, &[]));
        self.reshape(&[*rows, product(rest)])
    }

    /// Puts an axis of length 1 before position `axis`, as broadcasting against a reduced tensor
    /// needs: `x / x.sum_axes(&[1]).insert_axis(1)`. Work: elements.
    #[track_caller]
    pub fn insert_axis(&self, axis: u32) -> Tensor {
        let mut shape = self.shape();
        let axes = shape.len();
        let Some(axis) = usize::try_from(axis).ok().filter(|&axis| axis <= axes) else {
            panic!("insert_axis: there is no place {axis} among {axes} axes");
        };
        shape.insert(axis, 1);
        self.reshape(&shape)
    }

    /// Reorders axes: axis `i` of the result is axis `axes[i]` of this one. Work: elements.
    #[track_caller]
    pub fn permute(&self, axes: &[u32]) -> Tensor {
        settle("permute", self.try_permute(axes))
    }

    /// As [`permute`](Self::permute).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] (not a permutation of all axes).
    pub fn try_permute(&self, axes: &[u32]) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.permute(axes)?))
    }

    /// Swaps the axes of a matrix: `[m, n] -> [n, m]`. Work: elements.
    #[track_caller]
    pub fn transpose(&self) -> Tensor {
        settle("transpose", self.try_permute(&[1, 0]))
    }

    /// A range of one axis. Work: elements of the result.
    #[track_caller]
    pub fn slice(&self, axis: u32, range: Range<u32>) -> Tensor {
        settle("slice", self.try_slice(axis, range))
    }

    /// As [`slice`](Self::slice).
    ///
    /// # Errors
    /// [`Error::OutOfRange`]; also where the range ends before it starts.
    pub fn try_slice(&self, axis: u32, range: Range<u32>) -> Result<Tensor, Error> {
        let Some(length) = range.end.checked_sub(range.start) else {
            let text = format!("the range {}..{} ends before it starts", range.start, range.end);
            return Err(Error::OutOfRange(text));
        };
        Ok(Self::from_raw(self.raw.slice(axis, range.start, length)?))
    }

    /// Rows (positions of axis 0) in the order of `indices`, repeats allowed; at most 262,144:
    /// `[n, ..] -> [indices.len(), ..]`. Work: elements of the result.
    #[track_caller]
    pub fn gather_rows(&self, indices: &[u32]) -> Tensor {
        settle("gather_rows", self.try_gather_rows(indices))
    }

    /// As [`gather_rows`](Self::gather_rows).
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::ShapeMismatch`] (a scalar has no rows), [`Error::TooLarge`].
    pub fn try_gather_rows(&self, indices: &[u32]) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.gather_rows(indices)?))
    }

    /// Puts at most 1,024 tensors after one another along an axis; all other axes are equal. Work:
    /// elements of the result.
    #[track_caller]
    pub fn concat(parts: &[&Tensor], axis: u32) -> Tensor {
        settle("concat", Self::try_concat(parts, axis))
    }

    /// As [`concat`](Self::concat).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`], [`Error::InvalidArgument`] (no tensor),
    /// [`Error::TooLarge`].
    pub fn try_concat(parts: &[&Tensor], axis: u32) -> Result<Tensor, Error> {
        let parts: Vec<&Raw> = parts.iter().map(|part| part.raw()).collect();
        Ok(Self::from_raw(Raw::concat(&parts, axis)?))
    }

    /// Puts at most 1,024 tensors of one shape after one another along a new axis before position
    /// `axis`. Work: elements of the result.
    #[track_caller]
    pub fn stack(parts: &[&Tensor], axis: u32) -> Tensor {
        settle("stack", Self::try_stack(parts, axis))
    }

    /// As [`stack`](Self::stack).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`], [`Error::InvalidArgument`] (no tensor, or 9
    /// axes), [`Error::TooLarge`].
    pub fn try_stack(parts: &[&Tensor], axis: u32) -> Result<Tensor, Error> {
        let parts: Vec<&Raw> = parts.iter().map(|part| part.raw()).collect();
        Ok(Self::from_raw(Raw::stack(&parts, axis)?))
    }

    /// Surrounds the values by a constant; one padding for each axis. Work: elements of the result.
    ///
    /// ```no_run
    /// # use assay_sdk::{Padding, Tensor};
    /// # fn bordered(matrix: &Tensor) -> Tensor {
    /// matrix.pad(&[Padding::NONE, Padding { before: 1, after: 2 }], 0.0)
    /// # }
    /// ```
    #[track_caller]
    pub fn pad(&self, paddings: &[Padding], value: f32) -> Tensor {
        settle("pad", self.try_pad(paddings, value))
    }

    /// As [`pad`](Self::pad).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (not one padding for each axis), [`Error::TooLarge`].
    pub fn try_pad(&self, paddings: &[Padding], value: f32) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.pad(paddings, value)?))
    }
}

impl Padding {
    /// Nothing on either side.
    pub const NONE: Self = Self::both(0);

    /// The same on both sides.
    pub const fn both(count: u32) -> Self {
        Self { before: count, after: count }
    }
}
