//! Gradients of fully connected layers with respect to their kernel.

use super::outer::{self, BLOCK, HEIGHT, Start};

/// Adds examples' share of a kernel's gradient, for a part of its rows.
///
/// `inputs` and `cotangents` are whole examples, `[positions, width]` and `[positions, units]` each.
/// `out` holds rows `first..` of the gradient `[width, units]`, at most [`HEIGHT`] of them. Order: over
/// the examples, and in each over its positions in blocks of 256; a block's sum starts at zero and
/// is then added.
pub(crate) fn accumulate_kernel(
    inputs: &[f32],
    cotangents: &[f32],
    [positions, width, units]: [usize; 3],
    first: usize,
    out: &mut [f32],
) {
    let examples = inputs.chunks_exact(positions * width);
    for (input, cotangent) in examples.zip(cotangents.chunks_exact(positions * units)) {
        let blocks = input.chunks(BLOCK * width).zip(cotangent.chunks(BLOCK * units));
        for (input, cotangent) in blocks {
            add(input, cotangent, [width, units], first, Start::Zero, out);
        }
    }
}

/// The same for examples of one position: `inputs[examples, width]`, `cotangents[examples, units]`, at
/// most 256 of them. They continue the open block whose sums `out` holds.
pub(crate) fn continue_kernel(
    inputs: &[f32],
    cotangents: &[f32],
    shape: [usize; 2],
    first: usize,
    out: &mut [f32],
) {
    add(inputs, cotangents, shape, first, Start::Held, out);
}

fn add(
    inputs: &[f32],
    cotangents: &[f32],
    [width, units]: [usize; 2],
    first: usize,
    start: Start,
    out: &mut [f32],
) {
    let rows = out.len() / units;
    let mut left = vec![[0.0_f32; HEIGHT]; inputs.len() / width];
    for (step, input) in left.iter_mut().zip(inputs.chunks_exact(width)) {
        step[..rows].copy_from_slice(&input[first..][..rows]);
    }
    outer::accumulate(&left, cotangents, units, start, out);
}
