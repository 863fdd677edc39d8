//! Values across the border: from lists, to lists, to numbers.

use super::{Raw, Tensor};
use crate::data::spans;
use crate::error::settle;
use crate::{Error, WINDOW};

impl Tensor {
    /// A tensor from values in row-major order; long lists cross in several calls.
    #[track_caller]
    pub fn from_values(shape: &[u32], values: &[f32]) -> Tensor {
        settle("from_values", Self::try_from_values(shape, values))
    }

    /// As [`from_values`](Self::from_values).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (`values` is not as long as `shape` says), [`Error::TooLarge`].
    pub fn try_from_values(shape: &[u32], values: &[f32]) -> Result<Tensor, Error> {
        if values.len() <= WINDOW as usize {
            return Ok(Self::from_raw(Raw::from_list(shape, values)?));
        }
        let pieces: Vec<Tensor> = values
            .chunks(WINDOW as usize)
            // A chunk is no longer than the window, which is a u32.
            .map(|piece| Self::try_from_values(&[piece.len() as u32], piece))
            .collect::<Result<_, _>>()?;
        let pieces: Vec<&Tensor> = pieces.iter().collect();
        Self::try_concat(&pieces, 0)?.try_reshape(shape)
    }

    /// A scalar tensor, shape `[]`.
    #[track_caller]
    pub fn from_scalar(value: f32) -> Tensor {
        Self::from_values(&[], &[value])
    }

    /// A tensor of one value everywhere. Work: elements.
    #[track_caller]
    pub fn full(shape: &[u32], value: f32) -> Tensor {
        settle("full", Self::try_full(shape, value))
    }

    /// As [`full`](Self::full).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] (more than 8 axes), [`Error::TooLarge`].
    pub fn try_full(shape: &[u32], value: f32) -> Result<Tensor, Error> {
        Ok(Self::from_raw(Raw::full(shape, value)?))
    }

    /// Row `i` is zero but for a 1 at `indices[i]`: `[indices.len(), classes]`. At most 262,144
    /// indices. Work: elements.
    #[track_caller]
    pub fn one_hot(indices: &[u32], classes: u32) -> Tensor {
        settle("one_hot", Self::try_one_hot(indices, classes))
    }

    /// As [`one_hot`](Self::one_hot).
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::TooLarge`].
    pub fn try_one_hot(indices: &[u32], classes: u32) -> Result<Tensor, Error> {
        Ok(Self::from_raw(Raw::one_hot(indices, classes)?))
    }

    /// The value of a tensor with exactly one element.
    #[track_caller]
    pub fn scalar(&self) -> f32 {
        settle("scalar", self.try_scalar())
    }

    /// As [`scalar`](Self::scalar).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`].
    pub fn try_scalar(&self) -> Result<f32, Error> {
        Ok(self.raw.scalar()?)
    }

    /// `length` values from position `offset` of the row-major order; at most 262,144.
    #[track_caller]
    pub fn read(&self, offset: u32, length: u32) -> Vec<f32> {
        settle("read", self.try_read(offset, length))
    }

    /// As [`read`](Self::read).
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::TooLarge`].
    pub fn try_read(&self, offset: u32, length: u32) -> Result<Vec<f32>, Error> {
        Ok(self.raw.read(offset, length)?)
    }

    /// All values in row-major order, read in windows of 262,144. Each value costs the component 4
    /// bytes of memory; prefer to compute on the host's side.
    pub fn to_vec(&self) -> Vec<f32> {
        let elements = self.elements();
        let mut values = Vec::with_capacity(elements as usize);
        for span in spans(elements, WINDOW) {
            values.extend(self.read(span.start, span.end - span.start));
        }
        values
    }
}
