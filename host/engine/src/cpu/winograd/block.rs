//! Where tiles lie: the pixels under them, and those that they make.

#![expect(unsafe_code, reason = "several threads write tiles of one result")]

use std::ops::Range;

use rayon::prelude::*;

use super::super::convolution::Placement;
use super::super::gemm::{COLUMNS, Finish};
use super::{POINTS, TILE, UNDER, transform};

/// The tiles of some images.
pub(super) struct Tiles<'a> {
    place: &'a Placement,
    /// Tiles of one image, down and across.
    grid: [usize; 2],
    images: usize,
}

/// Memory that several threads write.
#[derive(Clone, Copy)]
struct Shared(*mut f32);

// SAFETY: each tile has pixels of its own and places of its own in every matrix, and the threads
// share no tile.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

/// Points' matrices with a row for each tile.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// From one row to the next.
    pub(super) row: usize,
    /// From one point to the next.
    pub(super) side: usize,
}

/// Points' matrices as panels of 16 columns, each whole block of tiles after the other.
#[derive(Clone, Copy)]
pub(super) struct Panels {
    /// Tiles of a block.
    pub(super) block: usize,
    /// From one point to the next.
    pub(super) side: usize,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(place: &'a Placement, images: usize) -> Self {
        let grid = place.spans.map(|span| span.outputs.div_ceil(TILE));
        Self { place, grid, images }
    }

    /// Tiles of one image.
    pub(super) fn of_one(&self) -> usize {
        self.grid[0] * self.grid[1]
    }

    /// Tiles of all images.
    pub(super) fn all(&self) -> usize {
        self.images * self.of_one()
    }

    /// Image, row and column of a tile.
    fn locate(&self, tile: usize) -> [usize; 3] {
        let [down, across] = self.grid;
        let (line, column) = (tile / across, tile % across);
        [line / down, line % down, column]
    }

    /// The pixels under a tile, row by row, of images that begin at `first`; `beyond` stands for those
    /// outside an image.
    #[inline]
    fn under(&self, tile: usize, first: *const f32, beyond: *const f32) -> [*const f32; POINTS] {
        let [image, row, column] = self.locate(tile);
        let [height, width, channels] = self.place.input;
        // Places before the image wrap around and so lie beyond its end, as those after it do.
        let top = (TILE * row).wrapping_sub(self.place.spans[0].before);
        let left = (TILE * column).wrapping_sub(self.place.spans[1].before);
        let corner = (image * height).wrapping_add(top).wrapping_mul(width).wrapping_add(left);
        let corner = first.wrapping_add(corner.wrapping_mul(channels));
        let pixel = |at: usize| corner.wrapping_add((at / UNDER * width + at % UNDER) * channels);
        let whole = |from: usize, length: usize| from < length && from + UNDER <= length;
        if whole(top, height) && whole(left, width) {
            return std::array::from_fn(pixel);
        }
        std::array::from_fn(|at| {
            let inside = top.wrapping_add(at / UNDER) < height;
            if inside && left.wrapping_add(at % UNDER) < width { pixel(at) } else { beyond }
        })
    }

    /// The pixels that a tile makes, row by row, `filters` values each, of results that begin at
    /// `first`; `beyond` stands for those outside the output.
    #[inline]
    fn made(
        &self,
        tile: usize,
        filters: usize,
        first: *const f32,
        beyond: *const f32,
    ) -> [*const f32; TILE * TILE] {
        let [image, row, column] = self.locate(tile);
        let [height, width] = self.place.spans.map(|span| span.outputs);
        let (top, left) = (TILE * row, TILE * column);
        let corner = first.wrapping_add(((image * height + top) * width + left) * filters);
        std::array::from_fn(|at| {
            let (y, x) = (at / TILE, at % TILE);
            let inside = top + y < height && left + x < width;
            if inside { corner.wrapping_add((y * width + x) * filters) } else { beyond }
        })
    }

    /// Whether so many values are those of all images.
    fn are_inputs(&self, values: usize) -> bool {
        values == self.images * self.place.input.iter().product::<usize>()
    }

    /// Whether so many values are those of everything made, `filters` for each pixel.
    fn are_outputs(&self, values: usize, filters: usize) -> bool {
        let pixels = self.place.spans[0].outputs * self.place.spans[1].outputs;
        values == self.images * pixels * filters
    }

    /// Transforms the pixels of `images` under some tiles: tile `tiles.start + i` goes to row `i` of
    /// each point's matrix.
    ///
    /// # Panics
    ///
    /// If the operands do not fit each other: a bug of the caller.
    pub(super) fn enter(
        &self,
        images: &[f32],
        tiles: Range<usize>,
        to: &mut [f32],
        rows: Rows,
        ways: usize,
    ) {
        let channels = self.place.input[2];
        assert!(self.are_inputs(images.len()) && tiles.end <= self.all(), "tiles of these images");
        assert!(channels <= rows.row && tiles.len() * rows.row <= rows.side, "room for the tiles");
        assert_eq!(to.len(), POINTS * rows.side, "room for the points");
        let zeros = vec![0.0; channels];
        let to = Shared(to.as_mut_ptr());
        let first = tiles.start;
        each(tiles, ways, |tile| {
            let pixels = self.under(tile, images.as_ptr(), zeros.as_ptr());
            let to = { to }.0.wrapping_add((tile - first) * rows.row);
            // SAFETY: the pixels lie inside the images, which are whole; each matrix has room for
            // this tile's row, which belongs to this call alone.
            unsafe { transform::enter(&pixels, channels, to, rows.side) }
        });
    }

    /// Transforms the cotangents of what some tiles make, whole blocks of them: tile
    /// `tiles.start + i` goes to row `i` of each point's matrix.
    ///
    /// # Panics
    ///
    /// If the operands do not fit each other: a bug of the caller.
    pub(super) fn spread(
        &self,
        cotangents: &[f32],
        filters: usize,
        tiles: Range<usize>,
        to: &mut [f32],
        panels: Panels,
        ways: usize,
    ) {
        let Panels { block, side } = panels;
        assert!(self.are_outputs(cotangents.len(), filters) && tiles.end <= self.all(), "tiles");
        assert!(tiles.len().is_multiple_of(block) && filters.is_multiple_of(COLUMNS), "all whole");
        assert!(tiles.len() * filters <= side && to.len() == POINTS * side, "room for the tiles");
        let zeros = vec![0.0; filters];
        let to = Shared(to.as_mut_ptr());
        let first = tiles.start;
        each(tiles, ways, |tile| {
            let pixels = self.made(tile, filters, cotangents.as_ptr(), zeros.as_ptr());
            let (whole, rest) = ((tile - first) / block, (tile - first) % block);
            let to = { to }.0.wrapping_add(whole * block * filters + rest * COLUMNS);
            // SAFETY: the pixels lie inside the cotangents, which are whole; each point has room for
            // this tile's row in every panel, which belongs to this call alone.
            unsafe { transform::spread(&pixels, filters, to, [block * COLUMNS, side]) }
        });
    }

    /// Transforms products back, where [`Self::enter`] put their tiles (rows of `filters`), and
    /// stores the pixels in `out`.
    ///
    /// # Panics
    ///
    /// If the operands do not fit each other: a bug of the caller.
    pub(super) fn leave(
        &self,
        tiles: Range<usize>,
        from: &[f32],
        rows: Rows,
        finish: &Finish<'_>,
        out: &mut [f32],
        ways: usize,
    ) {
        let Rows { row: filters, side } = rows;
        assert!(self.are_outputs(out.len(), filters) && tiles.end <= self.all(), "these tiles");
        assert!(tiles.len() * filters <= side && from.len() == POINTS * side, "all the products");
        let out = Shared(out.as_mut_ptr());
        let first = tiles.start;
        each(tiles, ways, |tile| {
            let from = from[(tile - first) * filters..].as_ptr();
            let pixels = self.made(tile, filters, { out }.0, std::ptr::null());
            let pixels = pixels.map(<*const f32>::cast_mut);
            // SAFETY: each matrix has this tile's row; the pixels lie inside the result, which is
            // whole, and belong to this tile alone; `convolve` saw that `finish` fits.
            unsafe { transform::leave(from, side, filters, &pixels, finish) }
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
