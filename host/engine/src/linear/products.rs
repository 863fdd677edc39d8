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
const BLOCK: usize = 64;

/// Matrix product `[m, k] x [k, n]`: `[m, n]`.
pub(crate) fn matmul(lane: &Lane, left: &Tensor, right: &Tensor) -> Tensor {
    let (m, k, n) = (left.shape()[0], right.shape()[0], right.shape()[1]);
    let mut values = vec![0.0; m * n];
    if k > 0 && !values.is_empty() {
        let packed = gemm::Packed::new(right.values(), k, n);
        multiply(lane, left.values(), &packed, &mut values);
    }
    Tensor::new(vec![m, n], values)
}

/// Rows times a packed matrix, on the lane's threads; neither side is empty.
fn multiply(lane: &Lane, rows: &[f32], right: &gemm::Packed, out: &mut [f32]) {
    let parts = rows.par_chunks(ROWS * right.k()).zip(out.par_chunks_mut(ROWS * right.n()));
    lane.run(|| parts.for_each(|(rows, out)| gemm::multiply(rows, right, None, out)));
}

/// A matrix `[m, k]` times its transpose: `[m, m]`, symmetric to the bit. Each element is the product
/// of two rows in the order of `cpu/gemm.rs`.
pub(crate) fn gram(lane: &Lane, matrix: &Tensor) -> Tensor {
    let (m, k) = (matrix.shape()[0], matrix.shape()[1]);
    let mut values = vec![0.0; m * m];
    if k > 0 && !values.is_empty() {
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
        multiply(lane, &left, &packed, &mut values);
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
/// Each is the sum over blocks of 64 columns, in order and in 64-bit floats, of block sums in 32-bit
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
                let difference: [f32; PANEL] = std::array::from_fn(|lane| left - right[lane]);
                for (sum, difference) in sum[row].iter_mut().zip(difference) {
                    *sum = difference.mul_add(difference, *sum);
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
    use super::*;
    use crate::cpu::level::under_each;

    #[test]
    fn every_instruction_set_gives_the_documented_distances() {
        for (m, n, k) in [(1, 1, 1), (7, 17, 3), (13, 16, 256), (5, 33, 600), (2, 5, 257)] {
            let sample = |at: usize| ((at * 7919) % 1009) as f32 / 97.0 - 5.0;
            let left: Vec<f32> = (0..m * k).map(sample).collect();
            let right: Vec<f32> = (0..n * k).map(|at| sample(at + 31)).collect();
            let panels = panels(&right, k);
            under_each(|level| {
                let mut out = vec![f32::NAN; m * n];
                run(Distances { rows: &left, k, panels: &panels, n, out: &mut out });
                for (index, found) in out.iter().enumerate() {
                    let (row, column) = (&left[index / n * k..][..k], &right[index % n * k..][..k]);
                    let mut total = 0.0_f64;
                    for (a, b) in row.chunks(BLOCK).zip(column.chunks(BLOCK)) {
                        let terms = a.iter().zip(b).map(|(a, b)| a - b);
                        total += f64::from(terms.fold(0.0_f32, |sum, d| d.mul_add(d, sum)));
                    }
                    assert_eq!(found.to_bits(), (total as f32).to_bits(), "{level:?} {m} {n} {k}");
                }
            });
        }
    }

    fn sampled(rows: usize, columns: usize) -> Tensor {
        let sample = |at: usize| ((at * 7919) % 1009) as f32 / 97.0 - 5.0;
        Tensor::new(vec![rows, columns], (0..rows * columns).map(sample).collect::<Vec<_>>())
    }

    /// A function of all pairs of rows, in 64-bit floats.
    fn pairs(left: &Tensor, right: &Tensor, function: fn(f64, f64) -> f64) -> Vec<f64> {
        let k = left.shape()[1];
        let mut values = Vec::new();
        for a in left.values().chunks_exact(k) {
            for b in right.values().chunks_exact(k) {
                let terms = a.iter().zip(b).map(|(a, b)| function(f64::from(*a), f64::from(*b)));
                values.push(terms.sum());
            }
        }
        values
    }

    fn assert_near(found: &Tensor, expected: &[f64], size: f64) {
        assert_eq!(found.values().len(), expected.len());
        for (found, expected) in found.values().iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() <= 1e-6 * size, "{found} {expected}");
        }
    }

    #[test]
    fn products_of_rows_are_symmetric_and_those_of_the_matrix_product() {
        let matrix = sampled(150, 300);
        let [one, two] = [1, 2].map(|threads| gram(&Lane::new(threads).unwrap(), &matrix));
        assert_eq!(one, two);
        let mut whole = vec![0.0; 150 * 150];
        let packed = gemm::Packed::new(&transposed(matrix.values(), 300), 300, 150);
        gemm::multiply(matrix.values(), &packed, None, &mut whole);
        assert_eq!(one.values(), whole);
        assert_near(&one, &pairs(&matrix, &matrix, |a, b| a * b), 300.0 * 25.0);
        let at = |row: usize, column: usize| one.values()[row * 150 + column];
        assert!((0..150).all(|row| (0..row).all(|column| at(row, column) == at(column, row))));
    }

    #[test]
    fn distances_do_not_cancel() {
        let (left, right) = (sampled(70, 300), sampled(33, 300));
        let [one, two] =
            [1, 2].map(|threads| squared_distances(&Lane::new(threads).unwrap(), &left, &right));
        assert_eq!(one, two);
        for (found, exact) in
            one.values().iter().zip(pairs(&left, &right, |a, b| (a - b) * (a - b)))
        {
            assert!((f64::from(*found) - exact).abs() <= 1e-6 * exact, "{found} {exact}");
        }
        assert!((0..33).all(|row| one.values()[row * 33 + row] == 0.0));
        let far = Tensor::new(vec![2, 1], vec![1e7, 1e7 + 1.0]);
        let found = squared_distances(&Lane::new(1).unwrap(), &far, &far);
        assert_eq!(found.values(), [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn cosines_of_rows_of_any_size() {
        let lane = Lane::new(2).unwrap();
        let (left, right) = (sampled(70, 30), sampled(33, 30));
        let found = cosine_similarity(&lane, &left, &right);
        let products = pairs(&left, &right, |a, b| a * b);
        let squares = |t: &Tensor| {
            let rows = t.values().chunks_exact(30);
            rows.map(|row| row.iter().map(|x| f64::from(*x).powi(2)).sum()).collect::<Vec<f64>>()
        };
        let (a, b) = (squares(&left), squares(&right));
        let cosine = |(at, p): (usize, &f64)| p / (a[at / 33] * b[at % 33]).sqrt();
        assert_near(&found, &products.iter().enumerate().map(cosine).collect::<Vec<_>>(), 1.0);
        assert_eq!(found, cosine_similarity(&Lane::new(1).unwrap(), &left, &right));
        // Huge, tiny, zero, opposite, not a number.
        let odd = [[3e38, 3e38], [1e-45, 1e-45], [0.0, -0.0], [-1.0, -1.0], [f32::NAN, 1.0]];
        let odd = Tensor::new(vec![5, 2], odd.as_flattened().to_vec());
        let found = cosine_similarity(&lane, &odd, &odd);
        let row = |row: usize| &found.values()[row * 5..][..4];
        for (row, expected) in [row(0), row(1)].into_iter().zip([[1.0, 1.0, 0.0, -1.0]; 2]) {
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?}");
        }
        assert_eq!(found.values()[10..15], [0.0; 5]);
        assert!(found.values()[4].is_nan() && found.values()[24].is_nan());
        assert!(found.values().iter().all(|value| value.is_nan() || value.abs() <= 1.0));
    }

    #[test]
    fn rows_of_nothing_and_no_rows() {
        let lane = Lane::new(1).unwrap();
        let (empty, none) = (sampled(2, 0), sampled(0, 3));
        let zeros = Tensor::new(vec![2, 2], vec![0.0; 4]);
        assert_eq!(gram(&lane, &empty), zeros);
        assert_eq!(squared_distances(&lane, &empty, &empty), zeros);
        assert_eq!(cosine_similarity(&lane, &empty, &empty), zeros);
        assert_eq!(gram(&lane, &none).shape(), [0, 0]);
        assert_eq!(squared_distances(&lane, &none, &sampled(2, 3)).shape(), [0, 2]);
        assert_eq!(cosine_similarity(&lane, &sampled(2, 3), &none).shape(), [2, 0]);
    }
}
