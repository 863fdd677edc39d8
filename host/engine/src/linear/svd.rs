//! Singular values and the thin singular value decomposition.
//!
//! Drmac and Veselic, "New fast and accurate Jacobi SVD algorithm" (2008), in its plainest form: the
//! matrix, stood upright, is reflected to `Q R`; the columns of the transpose of `R` are rotated until
//! they are orthogonal. Then `R' W = Y S`, so that the matrix is `(Q W) S Y'`.

use assay_call::CallError;
use rayon::prelude::*;

use super::columns::{Columns, Rounded, Scale, assemble, finite};
use super::jacobi::{NOTHING, orthogonalize};
use super::kernel::{add_scaled, dot, padded};
use super::reflect::{Reflections, triangular};
use crate::{Lane, Tensor};

/// Singular values of a matrix `[m, n]`, the largest first: `[min(m, n)]`.
///
/// Refuses values that are not finite.
pub(crate) fn singular_values(lane: &Lane, matrix: &Tensor) -> Result<Tensor, CallError> {
    lane.run(|| values_only(matrix))
}

fn values_only(matrix: &Tensor) -> Result<Tensor, CallError> {
    let upright = Upright::new(matrix)?;
    let (_, mut rows) = triangular(upright.columns);
    let stride = rows.stride();
    orthogonalize(&mut rows, stride);
    let order = by_length(rows.iter());
    Ok(values_of(&order, upright.scale))
}

/// The thin decomposition of a matrix `[m, n]` with r = min(m, n): `u [m, r]`, the values `[r]` with
/// the largest first, `v [n, r]`. The columns of `u` and `v` are orthonormal, for values of 0 too.
/// The first value of each column of `u` that is not zero is positive.
///
/// Refuses values that are not finite.
pub(crate) fn svd(lane: &Lane, matrix: &Tensor) -> Result<(Tensor, Tensor, Tensor), CallError> {
    lane.run(|| decompose(matrix))
}

fn decompose(matrix: &Tensor) -> Result<(Tensor, Tensor, Tensor), CallError> {
    let upright = Upright::new(matrix)?;
    let (long, short) = (upright.rows, upright.columns.iter().len());
    let (reflections, rows) = triangular(upright.columns);
    // Below each column stands one of the identity, which gathers the rotations.
    let compared = rows.stride();
    let mut both = Columns::zeros(compared + short, short);
    for (at, (column, row)) in both.iter_mut().zip(rows.iter()).enumerate() {
        column[..compared].copy_from_slice(row);
        column[compared + at] = 1.0;
    }
    orthogonalize(&mut both, compared);
    let order = by_length(both.iter().map(|column| &column[..compared]));
    let right = unit_columns(&both, compared, short, &order);
    let from = |at: usize| &both.get(at)[compared..][..short];
    let turned: Vec<&[f64]> = order.iter().map(|(at, _)| from(*at)).collect();
    let left = lift(&reflections, &turned, long);
    let right: Vec<Rounded> = right.iter().map(|column| Rounded::new(column)).collect();
    let (u, v) = if upright.transposed { (right, left) } else { (left, right) };
    let negated: Vec<bool> = u.iter().map(Rounded::negative).collect();
    let (m, n) = (matrix.shape()[0], matrix.shape()[1]);
    let part = |columns: &[Rounded], rows: usize| assemble(rows, columns.iter(), &negated);
    Ok((part(&u, m), values_of(&order, upright.scale), part(&v, n)))
}

/// A matrix with at least as many rows as columns, scaled.
struct Upright {
    columns: Columns,
    rows: usize,
    transposed: bool,
    scale: Scale,
}

impl Upright {
    fn new(matrix: &Tensor) -> Result<Self, CallError> {
        finite(matrix.values().iter())?;
        let (m, n) = (matrix.shape()[0], matrix.shape()[1]);
        let transposed = m < n;
        let (rows, count) = if transposed { (n, m) } else { (m, n) };
        let scale = Scale::of(matrix.values().iter().copied());
        let mut columns = Columns::zeros(rows, count);
        for (at, column) in columns.iter_mut().enumerate() {
            let (start, step) = if transposed { (at * n, 1) } else { (at, n) };
            let values = matrix.values()[start..].iter().step_by(step);
            for (slot, value) in column[..rows].iter_mut().zip(values) {
                *slot = f64::from(*value) * scale.down;
            }
        }
        Ok(Self { columns, rows, transposed, scale })
    }
}

/// Positions of columns with their lengths, the longest first; equals keep their order.
fn by_length<'a>(columns: impl Iterator<Item = &'a [f64]>) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = columns.map(|c| dot(c, c).sqrt()).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    order
}

fn values_of(order: &[(usize, f64)], scale: Scale) -> Tensor {
    let values: Vec<f32> = order.iter().map(|(_, length)| (length * scale.up) as f32).collect();
    Tensor::new(vec![values.len()], values)
}

/// The columns in this order, of length 1; what was lost with lengths of 0 is made up.
fn unit_columns(
    both: &Columns,
    compared: usize,
    short: usize,
    order: &[(usize, f64)],
) -> Vec<Vec<f64>> {
    let mut units: Vec<Vec<f64>> = Vec::with_capacity(short);
    for (at, length) in order {
        if length * length < NOTHING {
            units.push(perpendicular(&units, short));
        } else {
            units.push(both.get(*at)[..compared].iter().map(|value| value / length).collect());
        }
    }
    units
}

/// A unit vector perpendicular to fewer than `length` given ones.
fn perpendicular(units: &[Vec<f64>], length: usize) -> Vec<f64> {
    // The axis that lies least among them: its part outside is at least 1 / length, squared.
    let mut inside = vec![0.0_f64; length];
    for unit in units {
        inside.iter_mut().zip(unit).for_each(|(sum, value)| *sum = value.mul_add(*value, *sum));
    }
    let mut axis = 0;
    for at in 1..length {
        if inside[at] < inside[axis] {
            axis = at;
        }
    }
    let mut made = vec![0.0; padded(length)];
    made[axis] = 1.0;
    // The second time takes away what the first one's rounding left.
    for _ in 0..2 {
        for unit in units {
            let share = -dot(unit, &made);
            add_scaled(&mut made, share, unit);
        }
    }
    let size = dot(&made, &made).sqrt();
    for value in &mut made {
        *value /= size;
    }
    made
}

/// `Q` times each column.
fn lift(reflections: &Reflections, columns: &[&[f64]], rows: usize) -> Vec<Rounded> {
    let lifted = columns.par_iter().map(|column| {
        let mut values = vec![0.0; padded(rows.max(1))];
        values[..column.len()].copy_from_slice(column);
        reflections.apply(&mut values);
        Rounded::new(&values)
    });
    lifted.collect()
}
