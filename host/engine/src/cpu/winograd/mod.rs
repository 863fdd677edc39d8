//! 3x3 convolutions of stride 1 by Winograd's algorithm F(2x2, 3x3): 16 multiplications for 4 results
//! instead of 36. (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.)
//!
//! The output is cut into tiles of 2x2 pixels, from the top left. A tile's result is
//!
//! ```text
//! A' [sum over channels of (G g G') * (B' d B)] A
//! ```
//!
//! with `g` the 3x3 kernel, `d` the 4x4 pixels under the tile's windows (zeros beyond the image) and
//! `*` element by element. The order of operations:
//!
//! * `G g G'` is computed in 64-bit floats and rounded once;
//! * `B' d B` goes down each column first, then along each row: `d0 - d2`, `d1 + d2`, `d2 - d1`,
//!   `d1 - d3`, each rounded;
//! * the sums over channels are 16 matrix products in the order of [`super::gemm`];
//! * `A' m A` goes down each column first, then along each row: `(m0 + m1) + m2`, `(m1 - m2) - m3`,
//!   each rounded; then [`Finish`], as after any product.
//!
//! Tiles do not depend on each other, and a tile's place in its image is fixed, so cuts of a batch
//! change no bit.
//!
//! Error against a float64 convolution: below 2e-6 of the largest result's sum of magnitudes of terms
//! (the direct product: below 1e-6 of each result's own). A result is computed from all pixels under
//! its tile, so a very large pixel costs its neighbours accuracy, and an infinite one makes them NaN.

mod block;
mod sums;
#[cfg(test)]
mod tests;
mod transform;

use rayon::prelude::*;

use self::block::{Rows, Tiles};
pub(crate) use self::sums::{accumulate, examples_of_a_block, finish, places};
use super::buffers::Buffer;
use super::convolution::Placement;
use super::gemm::{COLUMNS, Finish, Left, Packed, product};

/// Edge of a tile of output pixels.
pub(crate) const TILE: usize = 2;
/// Edge of the square of input pixels under a tile.
const UNDER: usize = TILE + 2;
/// Products that a convolution becomes.
const POINTS: usize = UNDER * UNDER;
/// Channels and filters from which on the transforms cost less than they save.
const LEAST: usize = 32;
/// Tiles that a thread takes from transform to transform. One point's part of them stays in the
/// second-level cache while its weights pass by; fewer would read the weights too often.
const BLOCK: usize = 96;

/// Whether a convolution runs by this algorithm: its transforms must be worthwhile, and tiles must not
/// stick out of the output too far.
pub(crate) fn suits(place: &Placement, filters: usize) -> bool {
    let channels = place.input[2];
    // Whole registers of every width.
    let wide = |count: usize| count >= LEAST && count.is_multiple_of(COLUMNS);
    let outputs = [place.spans[0].outputs, place.spans[1].outputs];
    let tiles: usize = outputs.map(|length| length.div_ceil(TILE)).iter().product();
    let multiplications = 9 * outputs[0] * outputs[1];
    place.window.size == [3, 3]
        && place.window.strides == [1, 1]
        && wide(channels)
        && wide(filters)
        && 2 * multiplications >= 3 * POINTS * tiles
}

/// The weights of a convolution, transformed: a matrix `[channels, filters]` for each of 16 points.
#[derive(Debug)]
pub(crate) struct Winograd {
    channels: usize,
    filters: usize,
    points: Vec<Packed>,
}

impl Winograd {
    /// Transforms weights `[3, 3, channels, filters]`.
    pub(crate) fn new(weights: &[f32], channels: usize, filters: usize) -> Self {
        let size = channels * filters;
        let mut points = vec![vec![0.0_f32; size]; POINTS];
        for pair in 0..size {
            let g: [f64; 9] = std::array::from_fn(|at| f64::from(weights[at * size + pair]));
            let rows = [0, 1, 2].map(|column| along([g[column], g[3 + column], g[6 + column]]));
            for row in 0..UNDER {
                let values = along([rows[0][row], rows[1][row], rows[2][row]]);
                for (column, value) in values.into_iter().enumerate() {
                    points[UNDER * row + column][pair] = value as f32;
                }
            }
        }
        let points = points.iter().map(|point| Packed::new(point, channels, filters)).collect();
        Self { channels, filters, points }
    }

    /// `out[images, h', w', filters]` of whole images, cut into `ways` parallel parts or more.
    ///
    /// # Panics
    ///
    /// If the operands do not fit each other: a bug of the caller.
    pub(crate) fn convolve(
        &self,
        images: &[f32],
        place: &Placement,
        finish: &Finish<'_>,
        out: &mut [f32],
        ways: usize,
    ) {
        assert_eq!(place.input[2], self.channels, "channels");
        let of_all = Tiles::new(place, images.len() / place.input.iter().product::<usize>());
        assert!(finish.fits(self.filters / COLUMNS), "a value for every column");
        let ways = ways.max(1);
        let all = of_all.all();
        let tiles = all.div_ceil(all.div_ceil(BLOCK * ways).max(1));
        let sides = [self.channels, self.filters].map(|width| side(tiles, width));
        let mut pixels = Buffer::stale(POINTS * sides[0]);
        let mut sums = Buffer::stale(POINTS * sides[1]);
        let offsets: Vec<u32> = (0..self.channels as u32).collect();
        let starts: Vec<usize> = (0..tiles).map(|tile| tile * self.channels).collect();
        for first in (0..all).step_by(tiles.max(1)) {
            let count = tiles.min(all - first);
            let own = first..first + count;
            let rows = Rows { row: self.channels, side: sides[0] };
            of_all.enter(images, own.clone(), &mut pixels, rows, ways);
            let multiply = |((values, sums), weights): ((&[f32], &mut [f32]), &Packed)| {
                let left = Left { values, starts: &starts[..count], offsets: &offsets };
                let sums = &mut sums[..count * self.filters];
                product(&left, weights, &Finish::default(), sums, ways.div_ceil(POINTS));
            };
            if ways == 1 {
                let both = pixels.chunks_exact(sides[0]).zip(sums.chunks_exact_mut(sides[1]));
                both.zip(&self.points).for_each(multiply);
            } else {
                let pixels = pixels.par_chunks_exact(sides[0]);
                let both = pixels.zip(sums.par_chunks_exact_mut(sides[1]));
                both.zip(&self.points).for_each(multiply);
            }
            let rows = Rows { row: self.filters, side: sides[1] };
            of_all.leave(own, &sums, rows, finish, out, ways);
        }
    }
}

/// Values of a point's matrix. Points that lie at a power of two from each other would push each
/// other out of the first-level cache when a tile is written to all of them.
fn side(tiles: usize, width: usize) -> usize {
    (tiles * width).next_multiple_of(1024) + COLUMNS
}

/// `G g` for one column: the values of the polynomial with these coefficients at 0, 1, -1 (halved) and
/// infinity.
fn along([a, b, c]: [f64; 3]) -> [f64; 4] {
    [a, (a + c + b) / 2.0, (a + c - b) / 2.0, c]
}
