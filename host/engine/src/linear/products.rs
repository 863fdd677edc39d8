//! Products, distances and angles of all pairs of rows.

use rayon::prelude::*;

use super::kernel::{Body, run};
use crate::cpu::{gemm, reduce};
use crate::{Lane, Tensor};

/// Rows that one thread takes at a time.
const ROWS: usize = 64;
/// Rows of the right matrix in one panel: the lanes of the distances' kernel.
const PANEL: usize = 16;
/// Rows of the left matrix in one tile.
const TILE: usize = 6;
/// Length of a block of columns, whose squares are added in 32-bit floats.
const BLOCK: usize = 256;

/// A matrix `[m, k]` times its transpose: `[m, m]`, symmetric to the bit. Each element is the product
/// of two rows in the order of `cpu/gemm.rs`.
pub(crate) fn gram(lane: &Lane, matrix: &Tensor) -> Tensor {
    let (m, k) = (matrix.shape()[0], matrix.shape()[1]);
    let mut values = vec![0.0; m * m];
    if k > 0 {
        let bands: Vec<&[f32]> = matrix.values().chunks(ROWS * k).collect();
        let pack = |band: &&[f32]| gemm::Packed::new(&transposed(band, k), k, band.len() / k);
        let packed: Vec<gemm::Packed> = lane.run(|| bands.par_iter().map(pack).collect());
        // Half of the products: the other half are the same numbers.
        let out = values.par_chunks_mut(ROWS * m).zip(&bands).enumerate();
        lane.run(|| out.for_each(|(at, (out, band))| lower_band(band, &packed[..=at], out, m)));
        for row in 0..m {
            for column in 0..row {
                values[column * m + row] = values[row * m + column];
            }
        }
    }
    Tensor::new(vec![m, m], values)
}

/// The products of a band of rows with the bands up to itself.
fn lower_band(band: &[f32], packed: &[gemm::Packed], out: &mut [f32], m: usize) {
    let mut product = vec![0.0; out.len() / m * ROWS];
    for (at, right) in packed.iter().enumerate() {
        let width = right.n();
        let product = &mut product[..out.len() / m * width];
        gemm::multiply(band, right, None, product);
        for (row, product) in out.chunks_exact_mut(m).zip(product.chunks_exact(width)) {
            row[at * ROWS..][..width].copy_from_slice(product);
        }
    }
}

/// Cosines of the angles between the rows of `[m, k]` and `[n, k]`: `[m, n]`, between -1 and 1; 0 where
/// a row is zero. Rows are divided by their lengths first, so that nothing overflows.
pub(crate) fn cosine_similarity(lane: &Lane, left: &Tensor, right: &Tensor) -> Tensor {
    let (m, n, k) = (left.shape()[0], right.shape()[0], left.shape()[1]);
    let mut values = vec![0.0; m * n];
    if k > 0 && !values.is_empty() {
        let (left, left_zeros) = lane.run(|| directions(left.values(), k));
        let (right, right_zeros) = lane.run(|| directions(right.values(), k));
        let packed = gemm::Packed::new(&transposed(&right, k), k, n);
        let rows = left.par_chunks(ROWS * k).zip(values.par_chunks_mut(ROWS * n));
        lane.run(|| rows.for_each(|(rows, out)| gemm::multiply(rows, &packed, None, out)));
        for (row, left_zero) in values.chunks_exact_mut(n).zip(&left_zeros) {
            for (value, right_zero) in row.iter_mut().zip(&right_zeros) {
                *value = if *left_zero || *right_zero { 0.0 } else { value.clamp(-1.0, 1.0) };
            }
        }
    }
    Tensor::new(vec![m, n], values)
}

/// Rows of length 1, and which of them are zero.
fn directions(values: &[f32], k: usize) -> (Vec<f32>, Vec<bool>) {
    let mut units = values.to_vec();
    let normalize = |row: &mut [f32]| {
        let length = reduce::sum(row, |x| x * x).sqrt();
        if length == 0.0 {
            return true;
        }
        for value in row {
            *value = (f64::from(*value) / length) as f32;
        }
        false
    };
    let zeros = units.par_chunks_exact_mut(k).map(normalize).collect();
    (units, zeros)
}

/// Squared Euclidean distances between the rows of `[m, k]` and `[n, k]`: `[m, n]`.
///
/// Each is the sum over blocks of 256 columns, in order and in 64-bit floats, of block sums in 32-bit
/// floats: fused multiply-adds of the differences with themselves in sequence from zero.
pub(crate) fn squared_distances(lane: &Lane, left: &Tensor, right: &Tensor) -> Tensor {
    let (m, n, k) = (left.shape()[0], right.shape()[0], left.shape()[1]);
    let mut values = vec![0.0; m * n];
    if k > 0 && !values.is_empty() {
        let panels = panels(right.values(), k);
        let rows = left.values().par_chunks(ROWS * k).zip(values.par_chunks_mut(ROWS * n));
        let piece = |(rows, out)| run(Distances { rows, k, panels: &panels, n, out });
        lane.run(|| rows.for_each(piece));
    }
    Tensor::new(vec![m, n], values)
}

/// Sixteen rows side by side, column by column; the last panel is padded with zeros.
fn panels(values: &[f32], k: usize) -> Vec<[f32; PANEL]> {
    let mut panels = Vec::with_capacity((values.len() / k).div_ceil(PANEL) * k);
    for rows in values.chunks(PANEL * k) {
        for column in 0..k {
            let at = |row: usize| rows.get(row * k + column).copied().unwrap_or(0.0);
            panels.push(std::array::from_fn(at));
        }
    }
    panels
}

/// Distances of some rows from all rows of the right matrix.
struct Distances<'a> {
    rows: &'a [f32],
    k: usize,
    panels: &'a [[f32; PANEL]],
    n: usize,
    out: &'a mut [f32],
}

impl Body for Distances<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "see `Body`")]
    #[inline(always)]
    fn run(self) {
        let Self { rows, k, panels, n, out } = self;
        let m = rows.len() / k;
        for (panel, from) in panels.chunks_exact(k).zip((0..n).step_by(PANEL)) {
            let width = PANEL.min(n - from);
            let mut row = 0;
            while row + TILE <= m {
                tile::<TILE>(&rows[row * k..], panel, &mut out[row * n + from..], n, width);
                row += TILE;
            }
            while row < m {
                tile::<1>(&rows[row * k..], panel, &mut out[row * n + from..], n, width);
                row += 1;
            }
        }
    }
}

/// `R` rows by one panel: every sum stays in a register over a whole block.
#[expect(clippy::inline_always, reason = "see `Body`")]
#[inline(always)]
fn tile<const R: usize>(
    rows: &[f32],
    panel: &[[f32; PANEL]],
    out: &mut [f32],
    stride: usize,
    width: usize,
) {
    let k = panel.len();
    let mut total = [[0.0_f64; PANEL]; R];
    for from in (0..k).step_by(BLOCK) {
        let length = BLOCK.min(k - from);
        let left: [&[f32]; R] = std::array::from_fn(|row| &rows[row * k + from..][..length]);
        let mut sum = [[0.0_f32; PANEL]; R];
        for (step, right) in panel[from..][..length].iter().enumerate() {
            for row in 0..R {
                let left = left[row][step];
                for lane in 0..PANEL {
                    let difference = left - right[lane];
                    sum[row][lane] = difference.mul_add(difference, sum[row][lane]);
                }
            }
        }
        for (total, sum) in total.as_flattened_mut().iter_mut().zip(sum.as_flattened()) {
            *total += f64::from(*sum);
        }
    }
    for (row, total) in total.iter().enumerate() {
        for (slot, total) in out[row * stride..][..width].iter_mut().zip(total) {
            *slot = *total as f32;
        }
    }
}

/// `[m, k]` as `[k, m]`.
fn transposed(values: &[f32], k: usize) -> Vec<f32> {
    let m = values.len() / k;
    let mut result = vec![0.0; values.len()];
    for (row, values) in values.chunks_exact(k).enumerate() {
        for (column, value) in values.iter().enumerate() {
            result[column * m + row] = *value;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{Level, run_at};
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_documented_distances() {
        for (m, n, k) in [(1, 1, 1), (7, 17, 3), (13, 16, 256), (5, 33, 600), (2, 5, 257)] {
            let sample = |at: usize| ((at * 7919) % 1009) as f32 / 97.0 - 5.0;
            let left: Vec<f32> = (0..m * k).map(sample).collect();
            let right: Vec<f32> = (0..n * k).map(|at| sample(at + 31)).collect();
            let panels = panels(&right, k);
            for level in Level::here() {
                let mut out = vec![f32::NAN; m * n];
                run_at(level, Distances { rows: &left, k, panels: &panels, n, out: &mut out });
                for (index, found) in out.iter().enumerate() {
                    let (row, column) = (&left[index / n * k..][..k], &right[index % n * k..][..k]);
                    let mut total = 0.0_f64;
                    for (a, b) in row.chunks(BLOCK).zip(column.chunks(BLOCK)) {
                        let terms = a.iter().zip(b).map(|(a, b)| a - b);
                        total += f64::from(terms.fold(0.0_f32, |sum, d| d.mul_add(d, sum)));
                    }
                    assert_eq!(found.to_bits(), (total as f32).to_bits(), "{level:?} {m} {n} {k}");
                }
            }
        }
    }
}
