//! Matrices of 64-bit floats by columns, and the steps that every decomposition begins and ends with.

use assay_call::{CallError, ErrorKind};
use rayon::prelude::*;

use super::kernel::{LANES, padded};
use crate::Tensor;

/// Vectors of one length, one after another, each padded with zeros to whole lanes.
pub(super) struct Columns {
    stride: usize,
    values: Vec<f64>,
}

impl Columns {
    /// `count` columns of zeros.
    pub(super) fn zeros(length: usize, count: usize) -> Self {
        // An odd number of lanes, so that columns of 4 KiB do not meet in the same lines of the cache.
        // It is never 0, so that columns of no values can be counted.
        let stride = padded(length) | LANES;
        Self { stride, values: vec![0.0; stride * count] }
    }

    /// Length of a column with its padding.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn get(&self, column: usize) -> &[f64] {
        &self.values[column * self.stride..][..self.stride]
    }

    pub(super) fn get_mut(&mut self, column: usize) -> &mut [f64] {
        &mut self.values[column * self.stride..][..self.stride]
    }

    /// The first `at` columns, and the others.
    pub(super) fn split_at_mut(&mut self, at: usize) -> (&mut [f64], &mut [f64]) {
        self.values.split_at_mut(at * self.stride)
    }

    /// Pieces of so many columns, for threads to take.
    pub(super) fn pieces_mut(&mut self, columns: usize) -> rayon::slice::ChunksMut<'_, f64> {
        self.values.par_chunks_mut(columns * self.stride)
    }

    pub(super) fn iter(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.stride)
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::ChunksExactMut<'_, f64> {
        self.values.chunks_exact_mut(self.stride)
    }
}

/// A power of two that brings the largest absolute value to between 1 and 2, and its inverse. Squares
/// then neither overflow nor vanish: 32-bit floats span 2^277, 64-bit floats 2^2098.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) down: f64,
    pub(super) up: f64,
}

impl Scale {
    /// The scale of finite values.
    pub(super) fn of(values: impl Iterator<Item = f32>) -> Self {
        let largest = f64::from(values.fold(0.0_f32, |largest, value| largest.max(value.abs())));
        if largest == 0.0 {
            return Self { down: 1.0, up: 1.0 };
        }
        // The exponent as IEEE 754 stores it: every 32-bit float is a normal 64-bit one.
        let exponent = largest.to_bits() >> 52;
        let bias = 1023;
        Self {
            down: f64::from_bits((2 * bias - exponent) << 52),
            up: f64::from_bits(exponent << 52),
        }
    }
}

/// Refuses NaN and infinities.
pub(super) fn finite<'a>(mut values: impl Iterator<Item = &'a f32>) -> Result<(), CallError> {
    if values.all(|value| value.is_finite()) {
        return Ok(());
    }
    Err(invalid("the matrix holds values that are not finite"))
}

pub(super) fn invalid(message: &str) -> CallError {
    CallError::new(ErrorKind::InvalidArgument, message)
}

/// A column of a result.
pub(super) struct Rounded {
    values: Vec<f32>,
    negative: bool,
}

impl Rounded {
    pub(super) fn new(column: &[f64]) -> Self {
        let values: Vec<f32> = column.iter().map(|value| *value as f32).collect();
        let first = values.iter().find(|value| **value != 0.0);
        let negative = first.is_some_and(|value| *value < 0.0);
        Self { values, negative }
    }

    /// Whether the first value that is not zero is negative: vectors are turned so that it is not.
    pub(super) fn negative(&self) -> bool {
        self.negative
    }
}

/// The matrix `[rows, columns]` of these columns, of which the marked ones are negated.
pub(super) fn assemble<'a>(
    rows: usize,
    columns: impl ExactSizeIterator<Item = &'a Rounded>,
    negated: &[bool],
) -> Tensor {
    let count = columns.len();
    let mut values = vec![0.0; rows * count];
    for (at, (column, negated)) in columns.zip(negated).enumerate() {
        for (row, value) in column.values[..rows].iter().enumerate() {
            values[row * count + at] = if *negated { -value } else { *value };
        }
    }
    Tensor::new(vec![rows, count], values)
}
