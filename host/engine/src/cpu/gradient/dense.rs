//! Gradients of fully connected layers with respect to their kernel.

use crate::cpu::gemm::{Left, Start, Steps, accumulate};

/// Adds examples' share of a kernel's gradient, `out[width, units]`.
///
/// `inputs[examples, positions, width]` and `cotangents[examples, positions, units]`. Order: over the
/// examples, and in each over its positions in blocks of 256; a block's sum starts at zero and is then
/// added.
pub(crate) fn accumulate_kernel(
    inputs: &[f32],
    cotangents: &[f32],
    [positions, width, units]: [usize; 3],
    out: &mut [f32],
) {
    add(inputs, cotangents, [positions, width, units], Start::Add, out);
}

/// The same for examples of one position: `inputs[examples, width]`, `cotangents[examples, units]`, at
/// most 256 of them. They continue the open block whose sums `out` holds.
pub(crate) fn continue_kernel(
    inputs: &[f32],
    cotangents: &[f32],
    [width, units]: [usize; 2],
    out: &mut [f32],
) {
    add(inputs, cotangents, [inputs.len() / width, width, units], Start::Continue, out);
}

fn add(
    inputs: &[f32],
    cotangents: &[f32],
    [positions, width, units]: [usize; 3],
    start: Start,
    out: &mut [f32],
) {
    if inputs.is_empty() {
        return;
    }
    let starts: Vec<usize> = (0..width).collect();
    // An architecture's shapes are far below 2^32.
    let offsets: Vec<u32> = (0..positions).map(|position| (position * width) as u32).collect();
    let left = Left { values: inputs, starts: &starts, offsets: &offsets };
    let distance = positions * width;
    let steps = Steps { left, distance, examples: inputs.len() / distance };
    accumulate(&steps, cotangents, units, start, out);
}
