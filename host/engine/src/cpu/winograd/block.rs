//! Where tiles lie: the pixels under them, and those that they make.

#![expect(unsafe_code, reason = "several threads write tiles of one result")]

use std::ops::Range;

use rayon::prelude::*;

use super::super::convolution::Placement;
use super::super::gemm::Finish;
use super::{POINTS, TILE, UNDER, transform};

/// The images and the result of one convolution.
pub(super) struct Block<'a> {
    images: &'a [f32],
    place: &'a Placement,
    filters: usize,
    out: Shared,
    /// Tiles of one image, down and across.
    grid: [usize; 2],
    count: usize,
    /// A pixel beyond the image.
    zeros: Vec<f32>,
}

/// Memory that several threads write.
#[derive(Clone, Copy)]
struct Shared(*mut f32);

// SAFETY: each tile has pixels of its own and places of its own in every matrix, and the threads
// share no tile.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl<'a> Block<'a> {
    /// # Panics
    ///
    /// If the images or the result are not whole, or differ in number.
    pub(super) fn new(
        images: &'a [f32],
        place: &'a Placement,
        filters: usize,
        out: &'a mut [f32],
    ) -> Self {
        let outputs = [place.spans[0].outputs, place.spans[1].outputs];
        let (from, to) = (place.input.iter().product::<usize>(), outputs[0] * outputs[1] * filters);
        let count = images.len() / from;
        assert_eq!((images.len(), out.len()), (count * from, count * to), "whole images");
        Self {
            images,
            place,
            filters,
            out: Shared(out.as_mut_ptr()),
            grid: outputs.map(|length| length.div_ceil(TILE)),
            count,
            zeros: vec![0.0; place.input[2]],
        }
    }

    /// Tiles of all images.
    pub(super) fn tiles(&self) -> usize {
        self.count * self.grid[0] * self.grid[1]
    }

    /// Image, row and column of a tile.
    fn locate(&self, tile: usize) -> [usize; 3] {
        let [down, across] = self.grid;
        [tile / (down * across), tile / across % down, tile % across]
    }

    /// The pixels under a tile, row by row.
    fn under(&self, tile: usize) -> [*const f32; POINTS] {
        let [image, row, column] = self.locate(tile);
        let [height, width, channels] = self.place.input;
        // Places before the image wrap around and so lie beyond its end, as those after it do.
        let top = (TILE * row).wrapping_sub(self.place.spans[0].before);
        let left = (TILE * column).wrapping_sub(self.place.spans[1].before);
        std::array::from_fn(|at| {
            let (y, x) = (top.wrapping_add(at / UNDER), left.wrapping_add(at % UNDER));
            if y < height && x < width {
                self.images[((image * height + y) * width + x) * channels..].as_ptr()
            } else {
                self.zeros.as_ptr()
            }
        })
    }

    /// The pixels that a tile makes, row by row; null for those beyond the output.
    fn made(&self, tile: usize) -> [*mut f32; TILE * TILE] {
        let [image, row, column] = self.locate(tile);
        let [height, width] = self.place.spans.map(|span| span.outputs);
        std::array::from_fn(|at| {
            let (y, x) = (TILE * row + at / TILE, TILE * column + at % TILE);
            if y < height && x < width {
                self.out.0.wrapping_add(((image * height + y) * width + x) * self.filters)
            } else {
                std::ptr::null_mut()
            }
        })
    }

    /// Transforms the pixels under some tiles: tile `tiles.start + i` goes to row `i` of each point's
    /// matrix `[tiles, channels]`; the matrices begin `side` values apart.
    pub(super) fn enter(&self, tiles: Range<usize>, to: &mut [f32], side: usize, ways: usize) {
        let channels = self.zeros.len();
        assert!(tiles.len() * channels <= side && to.len() == POINTS * side, "room for the tiles");
        assert!(tiles.end <= self.tiles(), "tiles of these images");
        let to = Shared(to.as_mut_ptr());
        let first = tiles.start;
        each(tiles, ways, |tile| {
            let to = { to }.0.wrapping_add((tile - first) * channels);
            // SAFETY: the pixels lie inside the images, of which `new` saw that they are whole; each
            // matrix has room for this tile's row, which belongs to this call alone.
            unsafe { transform::enter(&self.under(tile), channels, to, side) }
        });
    }

    /// Transforms products back, where [`Self::enter`] put their tiles, and stores the pixels.
    pub(super) fn leave(
        &self,
        tiles: Range<usize>,
        from: &[f32],
        side: usize,
        finish: &Finish<'_>,
        ways: usize,
    ) {
        let filters = self.filters;
        assert!(tiles.len() * filters <= side && from.len() == POINTS * side, "all the products");
        assert!(tiles.end <= self.tiles(), "tiles of these images");
        let first = tiles.start;
        each(tiles, ways, |tile| {
            let from = from[(tile - first) * filters..].as_ptr();
            // SAFETY: each matrix has this tile's row; the pixels lie inside the result, which `new`
            // saw to be whole, and belong to this tile alone; `convolve` saw that `finish` fits.
            unsafe { transform::leave(from, side, filters, &self.made(tile), finish) }
        });
    }
}

/// Runs a function for each tile, in parts for `ways` threads.
fn each(tiles: Range<usize>, ways: usize, function: impl Fn(usize) + Sync + Send) {
    if ways <= 1 {
        tiles.for_each(function);
    } else {
        let grain = tiles.len().div_ceil(2 * ways);
        tiles.into_par_iter().with_min_len(grain).for_each(function);
    }
}
