//! Sums of outer products over examples: gradients of kernels.
//!
//! `out[i, j]` takes `left[i, s] * right[s, j]` over the steps `s` of each example, in order, in blocks
//! of 256: the tiles of a product whose `k` are the steps. All examples pass over a part of the result
//! while it is in the second-level cache.

#![expect(unsafe_code, reason = "viewing a buffer as cache lines")]

use rayon::prelude::*;

use super::super::buffers::Buffer;
use super::packed::{Line, Right, pack};
use super::{BLOCK, Block, COLUMNS, Left, Part, ROWS, Start, Target};

/// The left sides of all examples: a row of `left` is a row of the result, a `k` of it is a step.
pub(crate) struct Steps<'a> {
    /// The first example's; its values go on to the end of the last example's.
    pub(crate) left: Left<'a>,
    /// Values from an example's first to the next one's.
    pub(crate) distance: usize,
    pub(crate) examples: usize,
}

/// Adds every example's outer products to `out[rows, n]`; `right[examples, steps, n]`.
///
/// [`Start::Add`]: a block's sum starts at zero and is then added. [`Start::Continue`]: the steps,
/// at most 256 of one example, go on with the sums that `out` holds.
///
/// Runs on the threads of the lane that it is called under.
///
/// # Panics
///
/// If the operands do not fit each other: a bug of the caller.
pub(crate) fn accumulate(
    steps: &Steps<'_>,
    right: &[f32],
    n: usize,
    start: Start,
    out: &mut [f32],
) {
    let count = steps.left.offsets.len();
    assert_eq!(right.len(), steps.examples * count * n, "size of the right side");
    let panels = n.div_ceil(COLUMNS);
    let mut buffer = lines_of(steps.examples * panels * count);
    let lines = as_lines(&mut buffer);
    if !right.is_empty() {
        let examples =
            lines.par_chunks_exact_mut(panels * count).zip(right.par_chunks_exact(count * n));
        examples.for_each(|(lines, right)| pack(right, count, n, lines));
    }
    accumulate_packed(steps, lines, n, start, out, rayon::current_num_threads());
}

/// Memory for so many lines, wherever it begins; see [`as_lines`].
pub(crate) fn lines_of(count: usize) -> Buffer {
    Buffer::stale((count + 1) * COLUMNS)
}

/// The whole lines in a buffer of [`lines_of`].
pub(crate) fn as_lines(buffer: &mut Buffer) -> &mut [Line] {
    let count = buffer.len() / COLUMNS - 1;
    // SAFETY: lines are arrays of floats without padding: any float is valid in them.
    let (_, lines, _) = unsafe { buffer.align_to_mut::<Line>() };
    &mut lines[..count]
}

/// The values of lines.
pub(crate) fn as_values(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: as above, the other way round; nothing is left over, since lines are aligned better.
    let (_, values, _) = unsafe { lines.align_to_mut::<f32>() };
    values
}

/// [`accumulate`] of right sides that are packed: the panels of one example after another's. Cut into
/// about `ways` parallel parts or more.
///
/// # Panics
///
/// If the operands do not fit each other: a bug of the caller.
pub(crate) fn accumulate_packed(
    steps: &Steps<'_>,
    lines: &[Line],
    n: usize,
    start: Start,
    out: &mut [f32],
    ways: usize,
) {
    let (left, count) = (&steps.left, steps.left.offsets.len());
    let panels = n.div_ceil(COLUMNS);
    assert_eq!(out.len(), left.starts.len() * n, "size of the result");
    assert_eq!(lines.len(), steps.examples * count * panels, "size of the right side");
    if out.is_empty() || lines.is_empty() {
        return;
    }
    let last = Left { values: &left.values[(steps.examples - 1) * steps.distance..], ..*left };
    assert!(last.fits(), "the left side lies inside its values");
    let own: Vec<Right<'_>> =
        lines.chunks_exact(panels * count).map(|lines| Right { k: count, n, lines }).collect();
    let target = Target { first: out.as_mut_ptr() };
    let whole = Part { rows: 0..left.starts.len(), panels: 0..panels };
    let parts = whole.cut(ways);
    if ways <= 1 {
        for part in &parts {
            compute(steps, &own, start, &target, part);
        }
    } else {
        parts.into_par_iter().for_each(|part| compute(steps, &own, start, &target, &part));
    }
}

/// Computes one part of at most [`ROWS`] rows; the operands fit each other, as [`accumulate`] found.
fn compute(steps: &Steps<'_>, right: &[Right<'_>], start: Start, out: &Target, part: &Part) {
    debug_assert!(part.rows.len() <= ROWS, "a part stays in the cache");
    for (example, right) in right.iter().enumerate() {
        for (at, offsets) in steps.left.offsets.chunks(BLOCK).enumerate() {
            let block = Block {
                values: &steps.left.values[example * steps.distance..],
                starts: &steps.left.starts[part.rows.clone()],
                offsets,
                right: *right,
                k: at * BLOCK,
                panels: part.panels.clone(),
                start,
                finish: None,
            };
            block.compute(out.first.wrapping_add(part.rows.start * right.n));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::guard::{Guard, Guarded};
    use super::super::super::level::{settle, under_each};
    use super::super::strip::STAND_IN;
    use super::*;
    use crate::SimdLevel;

    fn sample(count: usize, salt: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
            .collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    /// Examples, steps, rows, columns: odd sizes around every tile, panel and block border.
    const SIZES: [[usize; 4]; 8] = [
        [1, 1, 1, 1],
        [2, 7, 5, 17],
        [1, 256, 48, 16],
        [3, 300, 31, 33],
        [2, 257, 100, 8],
        [2, 600, 195, 5],
        [0, 4, 3, 2],
        [2, 0, 4, 3],
    ];

    /// `left[examples, steps, rows]`, summed in the documented order, element by element.
    fn documented(
        left: &[f32],
        right: &[f32],
        [examples, steps, rows, n]: [usize; 4],
        start: Start,
        out: &mut [f32],
    ) {
        for (index, slot) in out.iter_mut().enumerate() {
            for example in 0..examples {
                let first = example * steps;
                for block in (first..first + steps).step_by(BLOCK) {
                    let terms = block..(block + BLOCK).min(first + steps);
                    let from = if start == Start::Continue { *slot } else { 0.0 };
                    let sum = terms.fold(from, |sum, s| {
                        left[s * rows + index / n].mul_add(right[s * n + index % n], sum)
                    });
                    *slot = if start == Start::Continue { sum } else { *slot + sum };
                }
            }
        }
    }

    fn check(size: [usize; 4], what: &str) {
        let [examples, steps, rows, n] = size;
        let (left, right) = (sample(examples * steps * rows, 1), sample(examples * steps * n, 2));
        let held = sample(rows * n, 3);
        let starts: Vec<usize> = (0..rows).collect();
        let offsets: Vec<u32> = (0..steps).map(|step| (step * rows) as u32).collect();
        for start in [Start::Add, Start::Continue] {
            // Only one block can be continued.
            if start == Start::Continue && (examples != 1 || steps > BLOCK) {
                continue;
            }
            let mut expected = held.clone();
            documented(&left, &right, size, start, &mut expected);
            for side in [Guard::Before, Guard::After] {
                let values = Guarded::new(&left, side);
                let left = Left { values: &values, starts: &starts, offsets: &offsets };
                let own = Steps { left, distance: steps * rows, examples };
                let mut out = Guarded::new(&held, side);
                accumulate(&own, &right, n, start, &mut out);
                assert_eq!(bits(&out), bits(&expected), "{what} {size:?} {start:?}");
            }
        }
    }

    /// In a pool of one thread, whose level the test sets.
    fn on_one_thread(test: impl FnOnce() + Send) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        pool.install(test);
    }

    #[test]
    fn every_instruction_set_gives_the_documented_order() {
        on_one_thread(|| {
            under_each(|level| SIZES.into_iter().for_each(|size| check(size, level.name())));
        });
    }

    #[test]
    fn the_tiles_of_avx512_give_the_documented_order_with_arrays_as_registers() {
        on_one_thread(|| {
            settle(SimdLevel::Scalar);
            STAND_IN.set(true);
            for size in SIZES {
                check(size, "stand-in");
            }
        });
    }
}
