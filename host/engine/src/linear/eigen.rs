//! Eigenvalues and vectors of symmetric matrices.
//!
//! Veselic and Hari, "A note on a one-sided Jacobi algorithm" (1989): for a positive definite matrix
//! `A = L L'`, rotating the columns of `L` until they are orthogonal leaves the eigenvectors, each
//! scaled by the root of its value. Any symmetric matrix is made positive definite by adding a multiple
//! of the identity, twice a bound of its norm, which changes no vector; the values are then taken from
//! the matrix itself, as `u' A u`. Errors are a few roundings of the matrix's norm in 64-bit floats.

use assay_call::CallError;
use rayon::prelude::*;

use super::columns::{Columns, Rounded, Scale, assemble, finite};
use super::jacobi::orthogonalize;
use super::kernel::{dot, padded};
use super::solve::{cholesky, lower, lower_rows};
use crate::{Lane, Tensor};

/// Eigenvalues `[n]`, the smallest first, and vectors `[n, n]` of a symmetric matrix, of which only the
/// lower triangle is read. Column `i` is the unit vector of value `i`; its first value that is not
/// zero is positive.
///
/// Refuses values that are not finite.
pub(crate) fn symmetric_eigen(lane: &Lane, matrix: &Tensor) -> Result<(Tensor, Tensor), CallError> {
    lane.run(|| decompose(matrix))
}

fn decompose(matrix: &Tensor) -> Result<(Tensor, Tensor), CallError> {
    finite(lower(matrix))?;
    let n = matrix.shape()[0];
    let scale = Scale::of(lower(matrix).copied());
    let rows = lower_rows(matrix, scale);
    let whole = mirrored(&rows, n);
    let rotated = rotated(rows, 2.0 * bound(&whole));
    let columns: Vec<&[f64]> = rotated.iter().collect();
    let mut found: Vec<(f64, Rounded)> =
        columns.par_iter().map(|column| pair(&whole, column, n)).collect();
    found.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let values: Vec<f32> = found.iter().map(|(value, _)| (value * scale.up) as f32).collect();
    let negated: Vec<bool> = found.iter().map(|(_, vector)| vector.negative()).collect();
    let vectors = assemble(n, found.iter().map(|(_, vector)| vector), &negated);
    Ok((Tensor::new(vec![n], values), vectors))
}

/// The whole matrix of a lower triangle.
fn mirrored(rows: &Columns, n: usize) -> Columns {
    let mut whole = Columns::zeros(n, n);
    for (at, row) in rows.iter().enumerate() {
        for (other, value) in row[..=at].iter().enumerate() {
            whole.get_mut(at)[other] = *value;
            whole.get_mut(other)[at] = *value;
        }
    }
    whole
}

/// A number that no absolute eigenvalue is above: the smaller of two norms, and not 0.
fn bound(matrix: &Columns) -> f64 {
    let rows = matrix.iter().map(|row| row.iter().map(|value| value.abs()).sum::<f64>());
    let rows = rows.fold(0.0, f64::max);
    let squares: f64 = matrix.iter().map(|row| dot(row, row)).sum();
    let smaller = rows.min(squares.sqrt());
    if smaller > 0.0 { smaller } else { 1.0 }
}

/// Columns along the eigenvectors of a symmetric matrix with this lower triangle.
fn rotated(mut rows: Columns, shift: f64) -> Columns {
    for (at, row) in rows.iter_mut().enumerate() {
        row[at] += shift;
    }
    let n = rows.iter().len();
    let triangle = cholesky(rows).expect("the shift makes every eigenvalue positive");
    let mut columns = Columns::zeros(n, n);
    for (at, column) in columns.iter_mut().enumerate() {
        triangle.column(at, &mut column[..n]);
    }
    drop(triangle);
    let stride = columns.stride();
    orthogonalize(&mut columns, stride);
    columns
}

/// An eigenvalue and its vector, from a column along it.
fn pair(matrix: &Columns, column: &[f64], n: usize) -> (f64, Rounded) {
    let length = dot(column, column).sqrt();
    let unit: Vec<f64> = column.iter().map(|value| value / length).collect();
    let mut image = vec![0.0; padded(n)];
    for (slot, row) in image.iter_mut().zip(matrix.iter()) {
        *slot = dot(row, &unit);
    }
    (dot(&unit, &image), Rounded::new(&unit[..n]))
}
