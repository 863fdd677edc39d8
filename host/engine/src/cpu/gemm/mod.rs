//! Matrix product with a fixed order of accumulation.
//!
//! Each element of `A x B` is `s_0 + s_1 + ...`, added in order, where `s_b` is the sum over block `b`
//! of 256 consecutive `k`, made by fused multiply-adds in sequence from zero. A fused multiply-add is
//! rounded once by definition, so 16, 8 or 1 lanes at a time give the same bits, and so does any way
//! of cutting rows and columns into tiles.
//!
//! `B` is packed once into panels ([`Packed`]); `A` is read where it lies ([`Left`]), which makes a
//! convolution a product without gathering its windows. What follows a product (bias, batch
//! normalisation, ReLU) is done while a tile is in registers ([`Finish`]).
//!
//! Error against a float64 product: below 1e-6 of the sum of the terms' magnitudes.

mod finish;
mod outer;
mod packed;
mod strip;
#[cfg(test)]
mod tests;

use std::ops::Range;

use rayon::prelude::*;

pub(crate) use self::finish::{Clamp, Finish};
pub(crate) use self::outer::{Steps, accumulate, accumulate_packed, as_lines, as_values, lines_of};
use self::packed::Right;
pub(crate) use self::packed::{COLUMNS, Line, Packed, padded};
pub(crate) use self::strip::Start;
use self::strip::{Edge, Strip};
use super::level;

/// Length of a block of `k`. Blocks bound the rounding error's growth.
pub(crate) const BLOCK: usize = 256;
/// Rows that pass over all of `B` together: with a block of `k` they take about 100 KiB, so they stay
/// in the second-level cache while the panels of `B` pass by.
const ROWS: usize = 96;

/// The left side of a product, read where it lies: element (row, k) is
/// `values[starts[row] + offsets[k]]`.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) starts: &'a [usize],
    pub(crate) offsets: &'a [u32],
}

impl Left<'_> {
    /// Whether every element lies inside the values.
    fn fits(&self) -> bool {
        let furthest = self.starts.iter().max().zip(self.offsets.iter().max());
        furthest.is_none_or(|(start, offset)| start + (*offset as usize) < self.values.len())
    }
}

/// `out[m, n] = a[m, k] x b[k, n] + bias[n]`, row-major; the bias is added last, rounded once.
pub(crate) fn multiply(a: &[f32], b: &Packed, bias: Option<&[f32]>, out: &mut [f32]) {
    if b.n() == 0 {
        return;
    }
    let bias = bias.map(padded);
    let finish = Finish { bias: bias.as_deref(), ..Finish::default() };
    multiply_rows(a, b, &finish, out, 1);
}

/// [`product`] of a row-major `a`.
pub(crate) fn multiply_rows(
    a: &[f32],
    b: &Packed,
    finish: &Finish<'_>,
    out: &mut [f32],
    ways: usize,
) {
    let starts: Vec<usize> = (0..out.len() / b.n().max(1)).map(|row| row * b.k()).collect();
    let offsets: Vec<u32> = (0..b.k() as u32).collect();
    product(&Left { values: a, starts: &starts, offsets: &offsets }, b, finish, out, ways);
}

/// `out[m, n] = finish(left[m, k] x b[k, n])`, row-major, cut into about `ways` parallel parts or
/// more.
///
/// # Panics
///
/// If the operands do not fit each other: a bug of the caller.
pub(crate) fn product(
    left: &Left<'_>,
    b: &Packed,
    finish: &Finish<'_>,
    out: &mut [f32],
    ways: usize,
) {
    assert_eq!(left.offsets.len(), b.k(), "inner lengths");
    assert_eq!(out.len(), left.starts.len() * b.n(), "size of the result");
    assert!(left.fits(), "the left side lies inside its values");
    assert!(finish.fits(b.panels()), "what follows a product has a value for every column");
    let whole = Part { rows: 0..left.starts.len(), panels: 0..b.panels() };
    let out = Target { first: out.as_mut_ptr() };
    if ways <= 1 {
        compute(left, b, finish, &out, &whole);
    } else {
        let parts = whole.cut(ways);
        parts.into_par_iter().for_each(|part| compute(left, b, finish, &out, &part));
    }
}

/// The result of a product that several threads write.
struct Target {
    first: *mut f32,
}

#[expect(unsafe_code, reason = "parts of one result are written by several threads")]
// SAFETY: `product` and `accumulate` hand each thread parts that share no element.
unsafe impl Sync for Target {}

/// Rows and panels of a result that are computed together.
struct Part {
    rows: Range<usize>,
    panels: Range<usize>,
}

impl Part {
    /// Cuts a whole into parts for `ways` threads: by rows while each part has enough of them to
    /// make reading `B` worthwhile, else by columns too.
    fn cut(&self, ways: usize) -> Vec<Self> {
        let rows = self.rows.len();
        let by_rows = rows.div_ceil(ROWS).max(1);
        let enough = ways <= 1 || by_rows >= 2 * ways;
        let by_columns = if enough { 1 } else { (2 * ways).div_ceil(by_rows) };
        // Two panels at least: the widest tiles span two.
        let width = self.panels.len().div_ceil(by_columns).next_multiple_of(2);
        let mut parts = Vec::new();
        for row in (0..rows).step_by(ROWS) {
            for panel in self.panels.clone().step_by(width.max(2)) {
                let panels = panel..(panel + width).min(self.panels.end);
                parts.push(Self { rows: row..(row + ROWS).min(rows), panels });
            }
        }
        parts
    }
}

/// Computes one part; the operands fit each other, as [`product`] found.
fn compute(left: &Left<'_>, b: &Packed, finish: &Finish<'_>, out: &Target, part: &Part) {
    let k = b.k();
    for from in part.rows.clone().step_by(ROWS) {
        let rows = from..(from + ROWS).min(part.rows.end);
        // A product over nothing is one empty block: what follows it must still happen.
        for block in (0..k.max(1)).step_by(BLOCK) {
            let length = BLOCK.min(k - block);
            let last = block + length == k;
            let own = Block {
                values: left.values,
                starts: &left.starts[rows.clone()],
                offsets: &left.offsets[block..block + length],
                right: b.right(),
                k: block,
                panels: part.panels.clone(),
                start: if block == 0 { Start::Set } else { Start::Add },
                finish: last.then_some(finish),
            };
            own.compute(out.first.wrapping_add(rows.start * b.n()));
        }
    }
}

/// A block of `k`, some rows, and some panels.
struct Block<'a> {
    values: &'a [f32],
    starts: &'a [usize],
    offsets: &'a [u32],
    right: Right<'a>,
    /// The block's first `k`.
    k: usize,
    panels: Range<usize>,
    start: Start,
    finish: Option<&'a Finish<'a>>,
}

impl Block<'_> {
    /// `out` is the result at the block's first row.
    fn compute(&self, out: *mut f32) {
        let (level, n) = (level::current(), self.right.n);
        let mut panel = self.panels.start;
        while panel < self.panels.end {
            let column = panel * COLUMNS;
            let shape = strip::choose(level, self.panels.end - panel, n - column);
            let strip = Strip {
                values: self.values,
                starts: self.starts,
                offsets: self.offsets,
                panels: self.right.from(panel, self.k),
                panel_stride: self.right.k,
                out: out.wrapping_add(column),
                stride: n,
                width: (shape.panels * COLUMNS).min(n - column),
                edge: Edge { start: self.start, finish: self.finish, column },
            };
            strip::run(shape, &strip);
            panel += shape.panels;
        }
    }
}
