//! Sums of outer products with a fixed order of accumulation: gradients of kernels.
//!
//! `out[i, j]` takes `left[s, i] * right[s, j]` over the steps `s` of a block, by fused multiply-adds
//! in sequence. The body is plain Rust, compiled for each instruction set, as in `cpu/gemm.rs`.

#![expect(
    unsafe_code,
    reason = "calling functions compiled for instruction sets found at run time"
)]

use std::ops::Range;

/// Rows of `out` that one call fills: the length of a step on the left side.
pub(crate) const HEIGHT: usize = 48;
/// The most steps of a block. Blocks bound the rounding error's growth.
pub(crate) const BLOCK: usize = 256;

/// Columns of a tile.
const COLUMNS: usize = 16;
/// Rows of a tile: 6 x 16 sums fill 12 of AVX2's 16 registers. `HEIGHT` is a multiple.
const ROWS: usize = 6;

/// How a block's sums meet what `out` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// The sums start at zero and are added to it at the end.
    Zero,
    /// The sums go on from it: a block that comes in parts.
    Held,
}

/// Adds a block of at most [`BLOCK`] steps: `left[steps][HEIGHT]`, of which the first `rows` values of
/// each step count; `right[steps, n]`; `out[rows, n]` with at most `HEIGHT` rows.
pub(crate) fn accumulate(
    left: &[[f32; HEIGHT]],
    right: &[f32],
    n: usize,
    start: Start,
    out: &mut [f32],
) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the instructions were found just now.
            return unsafe { accumulate_avx512(left, right, n, start, out) };
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            // SAFETY: as above.
            return unsafe { accumulate_avx2(left, right, n, start, out) };
        }
    }
    accumulate_scalar(left, right, n, start, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn accumulate_avx512(
    left: &[[f32; HEIGHT]],
    right: &[f32],
    n: usize,
    start: Start,
    out: &mut [f32],
) {
    body(left, right, n, start, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn accumulate_avx2(left: &[[f32; HEIGHT]], right: &[f32], n: usize, start: Start, out: &mut [f32]) {
    body(left, right, n, start, out);
}

fn accumulate_scalar(
    left: &[[f32; HEIGHT]],
    right: &[f32],
    n: usize,
    start: Start,
    out: &mut [f32],
) {
    body(left, right, n, start, out);
}

#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn body(left: &[[f32; HEIGHT]], right: &[f32], n: usize, start: Start, out: &mut [f32]) {
    let mut panel = [[0.0_f32; COLUMNS]; BLOCK];
    let panel = &mut panel[..left.len()];
    for from in (0..n).step_by(COLUMNS) {
        let width = COLUMNS.min(n - from);
        // Consecutive in memory, because every group of rows reads it again.
        for (slot, step) in panel.iter_mut().zip(right.chunks_exact(n)) {
            slot[..width].copy_from_slice(&step[from..][..width]);
        }
        for (group, out) in out.chunks_mut(ROWS * n).enumerate() {
            tile(left, group * ROWS, panel, start, out, n, from..from + width);
        }
    }
}

/// Up to six rows, all of `out`, by up to sixteen of their `n` columns.
#[expect(clippy::inline_always, reason = "only an inlined body takes its caller's instruction set")]
#[inline(always)]
fn tile(
    left: &[[f32; HEIGHT]],
    first: usize,
    panel: &[[f32; COLUMNS]],
    start: Start,
    out: &mut [f32],
    n: usize,
    columns: Range<usize>,
) {
    let mut sum = [[0.0_f32; COLUMNS]; ROWS];
    if start == Start::Held {
        for (sum, held) in sum.iter_mut().zip(out.chunks_exact(n)) {
            sum[..columns.len()].copy_from_slice(&held[columns.clone()]);
        }
    }
    for (step, right) in left.iter().zip(panel) {
        let Some(left) = step[first..].first_chunk::<ROWS>() else { return };
        for row in 0..ROWS {
            for lane in 0..COLUMNS {
                sum[row][lane] = left[row].mul_add(right[lane], sum[row][lane]);
            }
        }
    }
    for (sum, held) in sum.iter().zip(out.chunks_exact_mut(n)) {
        for (held, sum) in held[columns.clone()].iter_mut().zip(sum) {
            *held = if start == Start::Held { *sum } else { *held + *sum };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(count: usize, salt: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
            .collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn every_instruction_set_gives_the_documented_order() {
        for (steps, rows, n) in [(1, 1, 1), (7, 5, 17), (256, 48, 16), (100, 31, 33), (0, 4, 3)] {
            let left: Vec<[f32; HEIGHT]> =
                sample(steps * HEIGHT, 1).as_chunks::<HEIGHT>().0.to_vec();
            let (right, held) = (sample(steps * n, 2), sample(rows * n, 3));
            for start in [Start::Zero, Start::Held] {
                let mut expected = held.clone();
                for (index, slot) in expected.iter_mut().enumerate() {
                    let (row, column) = (index / n, index % n);
                    let from = if start == Start::Held { *slot } else { 0.0 };
                    let sum = (0..steps)
                        .fold(from, |sum, s| left[s][row].mul_add(right[s * n + column], sum));
                    *slot = if start == Start::Held { sum } else { *slot + sum };
                }
                let mut out = held.clone();
                accumulate_scalar(&left, &right, n, start, &mut out);
                assert_eq!(bits(&out), bits(&expected), "scalar {steps} {rows} {n}");
                let mut out = held.clone();
                accumulate(&left, &right, n, start, &mut out);
                assert_eq!(bits(&out), bits(&expected), "best {steps} {rows} {n}");
                #[cfg(target_arch = "x86_64")]
                if std::arch::is_x86_feature_detected!("avx2")
                    && std::arch::is_x86_feature_detected!("fma")
                {
                    let mut out = held.clone();
                    // SAFETY: the instructions were found just now.
                    unsafe { accumulate_avx2(&left, &right, n, start, &mut out) };
                    assert_eq!(bits(&out), bits(&expected), "avx2 {steps} {rows} {n}");
                }
            }
        }
    }
}
