//! Matrix product with a fixed order of accumulation.
//!
//! Each element of `A x B` is `s_0 + s_1 + ...`, added in order, where `s_b` is the sum over block `b`
//! of 256 consecutive `k`, made by fused multiply-adds in sequence from zero. A fused multiply-add is
//! rounded once by definition, so 16, 8 or 1 lanes at a time give the same bits.
//!
//! The body is written once in plain Rust and compiled for each instruction set; the compiler's
//! vectoriser turns the inner loops into registers' width.

#![expect(
    unsafe_code,
    reason = "calling functions compiled for instruction sets found at run time"
)]

/// Length of a block of `k`. Blocks bound the rounding error's growth.
const BLOCK: usize = 256;
/// Columns of a panel of `B`.
const COLUMNS: usize = 16;
/// Rows that one tile computes at once: 6 x 16 sums fill 12 of AVX2's 16 registers.
const ROWS: usize = 6;

/// The right side of products, `[k, n]`, cut into panels of 16 columns (the last one padded with
/// zeros) so that a tile reads it in sequence.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    k: usize,
    n: usize,
    panels: Vec<f32>,
}

impl Packed {
    /// Packs a row-major `[k, n]` matrix.
    pub(crate) fn new(matrix: &[f32], k: usize, n: usize) -> Self {
        let count = n.div_ceil(COLUMNS);
        let mut panels = vec![0.0; count * k * COLUMNS];
        for (panel, columns) in panels.chunks_exact_mut(k.max(1) * COLUMNS).enumerate() {
            let from = panel * COLUMNS;
            let width = COLUMNS.min(n - from);
            for (row, slot) in columns.chunks_exact_mut(COLUMNS).enumerate() {
                slot[..width].copy_from_slice(&matrix[row * n + from..][..width]);
            }
        }
        Self { k, n, panels }
    }

    pub(crate) fn k(&self) -> usize {
        self.k
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }
}

/// `out[m, n] = a[m, k] x b[k, n] + bias[n]`, row-major; the bias is added last, rounded once.
pub(crate) fn multiply(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    match Level::get() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `Level::get` returns a level only if this processor has its instructions.
        Level::Avx512 => unsafe { multiply_avx512(a, b, bias, out) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Level::Avx2 => unsafe { multiply_avx2(a, b, bias, out) },
        Level::Scalar => multiply_scalar(a, b, bias, out),
    }
}

/// Instruction sets that the body is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Scalar,
}

impl Level {
    fn get() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if std::arch::is_x86_feature_detected!("avx2")
                && std::arch::is_x86_feature_detected!("fma")
            {
                return Self::Avx2;
            }
        }
        Self::Scalar
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn multiply_avx512(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    body(a, b, bias, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn multiply_avx2(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    body(a, b, bias, out);
}

fn multiply_scalar(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    body(a, b, bias, out);
}

#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn body(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    let (k, n) = (b.k, b.n);
    if n == 0 {
        return;
    }
    let m = out.len() / n;
    for from in (0..n).step_by(COLUMNS) {
        let panel = &b.panels[from * k..][..k * COLUMNS];
        let mut offset = [0.0; COLUMNS];
        let width = COLUMNS.min(n - from);
        if let Some(bias) = bias {
            offset[..width].copy_from_slice(&bias[from..][..width]);
        }
        let mut row = 0;
        while row + ROWS <= m {
            tile::<ROWS>(&a[row * k..], k, panel, &offset, width, &mut out[row * n + from..], n);
            row += ROWS;
        }
        while row < m {
            tile::<1>(&a[row * k..], k, panel, &offset, width, &mut out[row * n + from..], n);
            row += 1;
        }
    }
}

/// `R` rows by one panel: every sum stays in a register over a whole block.
#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn tile<const R: usize>(
    a: &[f32],
    k: usize,
    panel: &[f32],
    offset: &[f32; COLUMNS],
    width: usize,
    out: &mut [f32],
    stride: usize,
) {
    let mut total = [[0.0_f32; COLUMNS]; R];
    for from in (0..k).step_by(BLOCK) {
        let length = BLOCK.min(k - from);
        let rows: [&[f32]; R] = std::array::from_fn(|row| &a[row * k + from..][..length]);
        // Arrays of known length: the loops below unroll into registers.
        let columns = panel[from * COLUMNS..][..length * COLUMNS].as_chunks::<COLUMNS>().0;
        let mut sum = [[0.0_f32; COLUMNS]; R];
        for (step, column) in columns.iter().enumerate() {
            for row in 0..R {
                let left = rows[row][step];
                for lane in 0..COLUMNS {
                    sum[row][lane] = left.mul_add(column[lane], sum[row][lane]);
                }
            }
        }
        for (total, sum) in total.iter_mut().zip(&sum) {
            for (total, sum) in total.iter_mut().zip(sum) {
                *total += sum;
            }
        }
    }
    for (row, total) in total.iter().enumerate() {
        let slots = &mut out[row * stride..][..width];
        for ((slot, total), offset) in slots.iter_mut().zip(total).zip(offset) {
            *slot = total + offset;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Odd sizes around every tile and block border.
    const SIZES: [(usize, usize, usize); 6] =
        [(1, 1, 1), (7, 3, 17), (13, 256, 16), (6, 257, 33), (5, 600, 5), (0, 4, 3)];

    fn sample(count: usize, salt: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
            .collect()
    }

    #[test]
    fn every_instruction_set_gives_the_documented_order() {
        for (m, k, n) in SIZES {
            let (a, b, bias) = (sample(m * k, 1), sample(k * n, 2), sample(n, 3));
            let packed = Packed::new(&b, k, n);
            let mut expected = vec![0.0; m * n];
            for (index, slot) in expected.iter_mut().enumerate() {
                let (row, column) = (index / n, index % n);
                let mut total = 0.0_f32;
                for from in (0..k).step_by(BLOCK) {
                    let block = from..(from + BLOCK).min(k);
                    total += block
                        .fold(0.0_f32, |sum, at| a[row * k + at].mul_add(b[at * n + column], sum));
                }
                *slot = total + bias[column];
            }
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            let mut out = vec![f32::NAN; m * n];
            multiply_scalar(&a, &packed, Some(&bias), &mut out);
            assert_eq!(bits(&out), bits(&expected), "scalar {m} {k} {n}");
            #[cfg(target_arch = "x86_64")]
            {
                if std::arch::is_x86_feature_detected!("fma") {
                    // SAFETY: the instructions were found just now.
                    unsafe { multiply_avx2(&a, &packed, Some(&bias), &mut out) };
                    assert_eq!(bits(&out), bits(&expected), "avx2 {m} {k} {n}");
                }
                if std::arch::is_x86_feature_detected!("avx512f") {
                    // SAFETY: as above.
                    unsafe { multiply_avx512(&a, &packed, Some(&bias), &mut out) };
                    assert_eq!(bits(&out), bits(&expected), "avx512 {m} {k} {n}");
                }
            }
        }
    }

    #[test]
    fn the_error_against_float64_is_small() {
        let (m, k, n) = (6, 4608, 16);
        let (a, b) = (sample(m * k, 4), sample(k * n, 5));
        let mut out = vec![0.0; m * n];
        multiply(&a, &Packed::new(&b, k, n), None, &mut out);
        for (index, value) in out.iter().enumerate() {
            let (row, column) = (index / n, index % n);
            let terms = (0..k).map(|at| f64::from(a[row * k + at]) * f64::from(b[at * n + column]));
            let (exact, size) =
                terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
            assert!((f64::from(*value) - exact).abs() < 1e-6 * size);
        }
    }
}
