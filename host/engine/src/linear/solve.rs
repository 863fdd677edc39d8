//! Solving with a symmetric positive definite matrix, by Cholesky's decomposition.

use assay_call::CallError;
use rayon::prelude::*;

use super::columns::{Columns, Scale, finite, invalid};
use super::kernel::{add_scaled, dot, padded};
use crate::{Lane, Tensor};

/// Rows that are finished together before all later rows are brought forward: they stay in cache.
const BAND: usize = 32;
/// Right sides that pass through the triangle together.
const SIDES: usize = 8;

/// `L` of `A = L L'`, row by row. The diagonal stands apart and is zero in the rows, so that a product
/// of two rows may run over whole lanes.
pub(super) struct Cholesky {
    rows: Columns,
    diagonal: Vec<f64>,
}

/// Decomposes the matrix whose lower triangle stands in these rows, with zeros elsewhere. `None` if it
/// is not positive definite: a pivot is not above its rounding error.
///
/// Element (i, j) is `(A(i, j) - dot(row i, row j)) / L(j, j)`, where both rows end before `j`.
pub(super) fn cholesky(mut rows: Columns) -> Option<Cholesky> {
    let n = rows.iter().len();
    let stride = rows.stride();
    let mut diagonal = Vec::with_capacity(n);
    for from in (0..n).step_by(BAND) {
        let to = (from + BAND).min(n);
        for at in from..to {
            let (before, rest) = rows.split_at_mut(at);
            let row = &mut rest[..stride];
            bring_forward(row, from, &before[from * stride..], &diagonal, stride);
            let whole = row[at];
            row[at] = 0.0;
            let left = whole - dot(&row[..padded(at)], &row[..padded(at)]);
            // NaN, of numbers that grew without bound, is no pivot either.
            let is_pivot = left > n as f64 * f64::EPSILON * whole;
            if !is_pivot {
                return None;
            }
            diagonal.push(left.sqrt());
        }
        let (before, rest) = rows.split_at_mut(to);
        let band = &before[from * stride..];
        let later = rest.par_chunks_exact_mut(stride);
        later.for_each(|row| bring_forward(row, from, band, &diagonal, stride));
    }
    Some(Cholesky { rows, diagonal })
}

/// Computes a row's elements in the columns that belong to the rows of a band, which begins at `from`.
fn bring_forward(row: &mut [f64], from: usize, band: &[f64], diagonal: &[f64], stride: usize) {
    for (at, other) in (from..).zip(band.chunks_exact(stride)) {
        let product = dot(&row[..padded(at)], &other[..padded(at)]);
        row[at] = (row[at] - product) / diagonal[at];
    }
}

impl Cholesky {
    /// Column `at` of `L`, of which as many values are set as there is room for.
    pub(super) fn column(&self, at: usize, out: &mut [f64]) {
        for (row, slot) in (at..self.diagonal.len()).zip(out[at..].iter_mut()) {
            *slot = self.rows.get(row)[at];
        }
        out[at] = self.diagonal[at];
    }

    /// Solves for a few right sides at once, each of the matrix's padded length, in place.
    fn solve(&self, sides: &mut [f64]) {
        let stride = self.rows.stride();
        for (at, (row, pivot)) in self.rows.iter().zip(&self.diagonal).enumerate() {
            let row = &row[..padded(at)];
            for side in sides.chunks_exact_mut(stride) {
                // The row is zero from `at` on, where the side is not solved yet.
                side[at] = (side[at] - dot(row, &side[..padded(at)])) / pivot;
            }
        }
        for at in (0..self.diagonal.len()).rev() {
            let row = &self.rows.get(at)[..padded(at)];
            for side in sides.chunks_exact_mut(stride) {
                side[at] /= self.diagonal[at];
                let value = side[at];
                add_scaled(&mut side[..padded(at)], -value, row);
            }
        }
    }
}

/// Solves `A x = right` for a symmetric positive definite `A [n, n]`, of which only the lower triangle
/// is read; `right` and the result are `[n, k]`.
///
/// Refuses values that are not finite, and a matrix with a pivot that is not above its rounding error
/// (n times 2^-52 of the diagonal's value).
pub(crate) fn solve(lane: &Lane, matrix: &Tensor, right: &Tensor) -> Result<Tensor, CallError> {
    lane.run(|| solve_sides(matrix, right))
}

fn solve_sides(matrix: &Tensor, right: &Tensor) -> Result<Tensor, CallError> {
    let (n, k) = (right.shape()[0], right.shape()[1]);
    finite(lower(matrix))?;
    finite(right.values().iter())?;
    let (scale, sides) =
        (Scale::of(lower(matrix).copied()), Scale::of(right.values().iter().copied()));
    let triangle = cholesky(lower_rows(matrix, scale))
        .ok_or_else(|| invalid("the matrix is not positive definite"))?;
    let mut columns = Columns::zeros(n, k);
    for (at, column) in columns.iter_mut().enumerate() {
        for (slot, row) in column.iter_mut().zip(right.values().chunks_exact(k)) {
            *slot = f64::from(row[at]) * sides.down;
        }
    }
    columns.pieces_mut(SIDES).for_each(|sides| triangle.solve(sides));
    let mut values = vec![0.0; n * k];
    for (at, column) in columns.iter().enumerate() {
        for (row, value) in values.chunks_exact_mut(k.max(1)).zip(column) {
            row[at] = (value * scale.down * sides.up) as f32;
        }
    }
    Ok(Tensor::new(vec![n, k], values))
}

/// The values on and below the diagonal.
pub(super) fn lower(matrix: &Tensor) -> impl Iterator<Item = &f32> {
    let rows = matrix.values().chunks_exact(matrix.shape()[0].max(1));
    rows.enumerate().flat_map(|(at, row)| &row[..=at])
}

/// The rows of the lower triangle, scaled, with zeros above the diagonal.
pub(super) fn lower_rows(matrix: &Tensor, scale: Scale) -> Columns {
    let n = matrix.shape()[0];
    let mut rows = Columns::zeros(n, n);
    for (at, row) in rows.iter_mut().enumerate() {
        for (slot, value) in row.iter_mut().zip(&matrix.values()[at * n..][..=at]) {
            *slot = f64::from(*value) * scale.down;
        }
    }
    rows
}
