//! Gradients of kernels: the same algorithm, turned around.
//!
//! With `y` the cotangents of what a tile makes, and else as in [`super`], the gradient is
//!
//! ```text
//! G' [sum over tiles of (B' d B) * (A y A')] G
//! ```
//!
//! at four ninths of the multiplications of the direct sum. The order of operations:
//!
//! * `B' d B` as in the forward pass; `A y A'` goes down each column first, then along each row: `y0`,
//!   `y0 + y1`, `y0 - y1`, `y1`, each rounded. (The last is `-y1` in the formula; the sign is taken back
//!   at the end.)
//! * A sum over tiles runs over the examples and, in each, over its tiles from the top left, in blocks:
//!   256 tiles of an example with more of them, or else as many whole examples ([`examples_of_a_block`])
//!   counted from the batch's start. A block's sum is made by fused multiply-adds in sequence from zero
//!   and then added to the total.
//! * `G' m G` is computed in 64-bit floats and rounded once.
//!
//! Error against float64 sums: below 2e-6 of the largest element's sum of magnitudes of terms.

use rayon::prelude::*;

use super::super::buffers::Buffer;
use super::super::convolution::Placement;
use super::super::gemm::{
    self, COLUMNS, Left, Line, Start, Steps, accumulate_packed, as_lines, as_values, lines_of,
};
use super::block::{Panels, Rows, Tiles};
use super::{POINTS, UNDER, side};

/// Tiles that go from transform to product together, if they are whole blocks: enough to make reading
/// and writing the sums worthwhile.
const TOGETHER: usize = 512;

/// Values of the sums that [`accumulate`] adds to: a matrix `[channels, filters]` for each point.
pub(crate) fn places(channels: usize, filters: usize) -> usize {
    POINTS * channels * filters
}

/// Examples whose tiles make a block: a power of two.
pub(crate) fn examples_of_a_block(place: &Placement) -> usize {
    1 << (gemm::BLOCK / Tiles::new(place, 1).of_one()).max(1).ilog2()
}

/// Adds images' share of the sums, `into[points, channels, filters]`.
///
/// `images` and `cotangents` are whole examples, `[h, w, channels]` and `[h' * w', filters]` each.
/// [`Start::Add`]: they are whole blocks. [`Start::Continue`]: they are fewer than a block, and go on
/// with the sums of it that `into` holds.
///
/// Runs on the threads of the lane that it is called under.
///
/// # Panics
///
/// If the operands do not fit each other: a bug of the caller.
pub(crate) fn accumulate(
    place: &Placement,
    images: &[f32],
    cotangents: &[f32],
    filters: usize,
    start: Start,
    into: &mut [f32],
) {
    let channels = place.input[2];
    assert_eq!(into.len(), places(channels, filters), "size of the sums");
    let all = Tiles::new(place, images.len() / place.input.iter().product::<usize>());
    if all.all() == 0 {
        return;
    }
    let block = match start {
        Start::Continue => all.all(),
        _ => all.of_one() * examples_of_a_block(place),
    };
    assert!(all.all().is_multiple_of(block), "whole blocks");
    let tiles = block * (TOGETHER / block).clamp(1, all.all() / block);
    // Rows that are a power of two long would push each other out of the first-level cache.
    let row = channels + COLUMNS;
    let entered = Rows { row, side: side(tiles, row) };
    let spread = Panels { block, side: side(tiles, filters) };
    let mut values = Buffer::stale(POINTS * entered.side);
    let mut buffer = lines_of(POINTS * spread.side / COLUMNS);
    let lines = as_lines(&mut buffer);
    let starts: Vec<usize> = (0..channels).collect();
    // An architecture's shapes are far below 2^32.
    let offsets: Vec<u32> = (0..block).map(|tile| (tile * row) as u32).collect();
    let ways = rayon::current_num_threads();
    for first in (0..all.all()).step_by(tiles) {
        let own = first..(first + tiles).min(all.all());
        let examples = own.len() / block;
        all.enter(images, own.clone(), &mut values, entered, ways);
        all.spread(cotangents, filters, own, as_values(lines), spread, ways);
        let multiply = |((into, values), lines): ((&mut [f32], &[f32]), &[Line])| {
            let left = Left { values, starts: &starts, offsets: &offsets };
            let steps = Steps { left, distance: block * row, examples };
            let lines = &lines[..examples * block * filters / COLUMNS];
            accumulate_packed(&steps, lines, filters, start, into, ways.div_ceil(POINTS));
        };
        let points = into.par_chunks_exact_mut(channels * filters);
        let both = points.zip(values.par_chunks_exact(entered.side));
        both.zip(lines.par_chunks_exact(spread.side / COLUMNS)).for_each(multiply);
    }
}

/// The gradient `[3, 3, channels, filters]` from sums of as many pairs of a channel and a filter.
pub(crate) fn finish(sums: &[f32], pairs: usize) -> Vec<f32> {
    let mut kernel = vec![0.0; 9 * pairs];
    for pair in 0..pairs {
        let sum =
            |row: usize, column: usize| f64::from(sums[(UNDER * row + column) * pairs + pair]);
        let columns = [0, 1, 2, 3].map(|at| together([0, 1, 2, 3].map(|row| sum(row, at))));
        for row in 0..3 {
            let values = together(columns.map(|column| column[row]));
            for (column, value) in values.into_iter().enumerate() {
                kernel[(3 * row + column) * pairs + pair] = value as f32;
            }
        }
    }
    kernel
}

/// `G'` of one column, whose last value has the other sign.
fn together([a, b, c, d]: [f64; UNDER]) -> [f64; 3] {
    let (sum, difference) = (f64::midpoint(b, c), f64::midpoint(b, -c));
    [a + sum, difference, sum - d]
}

#[cfg(test)]
mod tests;
