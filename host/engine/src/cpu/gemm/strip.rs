//! The inner kernel: rows of `A` against one or two panels of `B`, a tile of registers at a time.

#![expect(unsafe_code, reason = "intrinsics of instruction sets found at run time, raw pointers")]
#![expect(clippy::inline_always, reason = "only inlined code takes its caller's instruction set")]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use super::super::simd::{Array, Vector};
use super::packed::Line;
use super::{COLUMNS, Finish};
use crate::SimdLevel;

/// Panels that a tile spans at most.
const WIDEST: usize = 3;

/// A block of `k`, some rows, and the columns of one to three panels.
pub(super) struct Strip<'a> {
    /// Where element (row, k) lies: `values[starts[row] + offsets[k]]`.
    pub(super) values: &'a [f32],
    pub(super) starts: &'a [usize],
    pub(super) offsets: &'a [u32],
    /// `B` from the block's first row in the first panel on.
    pub(super) panels: &'a [Line],
    /// From one panel's line to the next panel's.
    pub(super) panel_stride: usize,
    /// The result at the first row and column.
    pub(super) out: *mut f32,
    /// From one row of the result to the next.
    pub(super) stride: usize,
    /// Columns that the result has here, at most the panels'.
    pub(super) width: usize,
    pub(super) edge: Edge<'a>,
}

/// How a block's sums meet what the result holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// The sums start at zero and replace it.
    Set,
    /// The sums start at zero and are added to it.
    Add,
    /// The sums go on from it: a block that comes in parts.
    Continue,
}

/// What happens at a block's border.
pub(super) struct Edge<'a> {
    pub(super) start: Start,
    /// After the last block.
    pub(super) finish: Option<&'a Finish<'a>>,
    /// The strip's first column, for `finish`.
    pub(super) column: usize,
}

/// A form of tile: how many panels it spans, and the function that walks the rows.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) panels: usize,
    walk: unsafe fn(&Strip<'_>),
}

/// The tile for what is left: `panels` panels, `width` columns.
pub(super) fn choose(level: SimdLevel, panels: usize, width: usize) -> Shape {
    // Eight columns in one register of eight leave room for more rows.
    let narrow = width <= 8;
    let (panels, walk): (usize, unsafe fn(&Strip<'_>)) = match level {
        #[cfg(test)]
        SimdLevel::Scalar if STAND_IN.get() && panels == 3 => (3, stand_in_widest),
        #[cfg(test)]
        SimdLevel::Scalar if STAND_IN.get() && panels > 1 => (2, stand_in_wide),
        #[cfg(test)]
        SimdLevel::Scalar if STAND_IN.get() => (1, stand_in),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 if panels == 3 => (3, avx512_widest),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 if panels > 1 => (2, avx512_wide),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 if !narrow => (1, avx512),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx2 if !narrow => (1, avx2),
        #[cfg(target_arch = "x86_64")]
        SimdLevel::Avx512 | SimdLevel::Avx2 => (1, avx2_narrow),
        _ if narrow => (1, scalar_narrow),
        _ => (1, scalar),
    };
    Shape { panels, walk }
}

/// Computes a strip.
pub(super) fn run(shape: Shape, strip: &Strip<'_>) {
    let rows = strip.offsets.len();
    let reach = (shape.panels - 1) * strip.panel_stride + rows;
    assert!(strip.panels.len() >= reach, "the panels reach over the block");
    // SAFETY: `choose` took the level of this thread, which this processor has; the panels were
    // checked just now, and `product` checked everything else.
    unsafe { (shape.walk)(strip) }
}

/// One tile: rows `row..row + R` of the strip, `C` registers of columns.
///
/// # Safety
///
/// The processor has the vector's instructions; every element that the strip names can be read, and
/// the result's `width` columns of these rows belong to this strip alone.
#[inline(always)]
unsafe fn tile<V: Vector, const R: usize, const C: usize>(strip: &Strip<'_>, row: usize) {
    // SAFETY: the caller vouches for it, here and in every block below.
    unsafe {
        let values = strip.values.as_ptr();
        let starts = &strip.starts[row..row + R];
        let rows: [*const f32; R] = std::array::from_fn(|at| values.add(starts[at]));
        let mut panels: [*const f32; C] = std::array::from_fn(|at| {
            let lane = at * V::LANES;
            let panel = strip.panels.as_ptr().add(lane / COLUMNS * strip.panel_stride);
            panel.cast::<f32>().add(lane % COLUMNS)
        });
        let mut out = strip.out.add(row * strip.stride);
        let mut sums = [[V::splat(0.0); C]; R];
        if strip.edge.start == Start::Continue {
            for (at, sums) in sums.iter_mut().enumerate() {
                *sums = held(strip, out.add(at * strip.stride));
            }
        }
        for offset in strip.offsets {
            let offset = *offset as usize;
            let mut right = [V::splat(0.0); C];
            for at in 0..C {
                right[at] = V::load(panels[at]);
                panels[at] = panels[at].add(COLUMNS);
            }
            for at in 0..R {
                let left = V::splat(*rows[at].add(offset));
                for column in 0..C {
                    sums[at][column] = sums[at][column].fused(left, right[column]).settled();
                }
            }
        }
        for sums in sums {
            if strip.width == C * V::LANES {
                store(strip, sums, out);
            } else {
                store_part(strip, sums, out);
            }
            out = out.add(strip.stride);
        }
    }
}

/// A row of sums that the result holds.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn held<V: Vector, const C: usize>(strip: &Strip<'_>, out: *const f32) -> [V; C] {
    let mut line = [0.0; WIDEST * COLUMNS];
    const { assert!(C * V::LANES <= WIDEST * COLUMNS) };
    // SAFETY: the caller vouches for `width` columns of the result; the line has whole registers.
    unsafe {
        std::ptr::copy_nonoverlapping(out, line.as_mut_ptr(), strip.width);
        std::array::from_fn(|at| V::load(line.as_ptr().add(at * V::LANES)))
    }
}

/// Adds a row of sums to the result, or sets it.
///
/// # Safety
///
/// As for [`tile`], and `out` has whole registers.
#[inline(always)]
unsafe fn store<V: Vector, const C: usize>(strip: &Strip<'_>, mut sums: [V; C], out: *mut f32) {
    // SAFETY: the caller vouches for it.
    unsafe {
        if strip.edge.start == Start::Add {
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum = V::load(out.add(at * V::LANES)).plus(*sum);
            }
        }
        if let Some(finish) = strip.edge.finish {
            sums = finish.apply(strip.edge.column, sums);
        }
        for (at, sum) in sums.into_iter().enumerate() {
            sum.store(out.add(at * V::LANES));
        }
    }
}

/// [`store`] where the result ends inside the registers.
///
/// # Safety
///
/// As for [`tile`].
#[inline(always)]
unsafe fn store_part<V: Vector, const C: usize>(strip: &Strip<'_>, sums: [V; C], out: *mut f32) {
    let mut line = [0.0; WIDEST * COLUMNS];
    const { assert!(C * V::LANES <= WIDEST * COLUMNS) };
    // SAFETY: the caller vouches for `width` columns of the result; the line has whole registers.
    unsafe {
        std::ptr::copy_nonoverlapping(out, line.as_mut_ptr(), strip.width);
        store(strip, sums, line.as_mut_ptr());
        std::ptr::copy_nonoverlapping(line.as_ptr(), out, strip.width);
    }
}

/// Writes the function that walks a strip's rows in tiles of nearly equal height: a rest of one row
/// would cost as much as four.
macro_rules! walk {
    ($(#[$meta:meta])* $name:ident, $vector:ty, $columns:literal, $most:literal,
     [$($rows:literal)*]) => {
        /// # Safety
        ///
        /// As for [`tile`].
        $(#[$meta])*
        unsafe fn $name(strip: &Strip<'_>) {
            let rows = strip.starts.len();
            let tiles = rows.div_ceil($most);
            let mut row = 0;
            for left in (1..=tiles).rev() {
                let height = (rows - row).div_ceil(left);
                match height {
                    // SAFETY: the caller vouches for the strip, whose rows these are.
                    $($rows => unsafe { tile::<$vector, $rows, $columns>(strip, row) },)*
                    _ => unreachable!("a tile has 1 to {} rows", $most),
                }
                row += height;
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
walk!(
    // 9 x 3 sums, 3 registers of `B` and one of `A` fill 31 of 32 registers. For three last panels only:
    // as two and one, the one would read `A` for half of the sums.
    #[target_feature(enable = "avx512f,avx2,fma")]
    avx512_widest, __m512, 3, 9, [1 2 3 4 5 6 7 8 9]
);
#[cfg(target_arch = "x86_64")]
walk!(
    // 14 x 2 sums, 2 registers of `B` and one of `A` fill 31 of 32 registers.
    #[target_feature(enable = "avx512f,avx2,fma")]
    avx512_wide, __m512, 2, 14, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]
);
#[cfg(target_arch = "x86_64")]
walk!(
    #[target_feature(enable = "avx512f,avx2,fma")]
    avx512, __m512, 1, 14, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]
);
#[cfg(target_arch = "x86_64")]
walk!(
    // 6 x 2 sums, 2 registers of `B` and one of `A` fill 15 of 16 registers.
    #[target_feature(enable = "avx2,fma")]
    avx2, __m256, 2, 6, [1 2 3 4 5 6]
);
#[cfg(target_arch = "x86_64")]
walk!(
    // Eight sums in flight hide the latency of a fused multiply-add.
    #[target_feature(enable = "avx2,fma")]
    avx2_narrow, __m256, 1, 8, [1 2 3 4 5 6 7 8]
);
walk!(scalar, Array<8>, 2, 6, [1 2 3 4 5 6]);
walk!(scalar_narrow, Array<8>, 1, 6, [1 2 3 4 5 6]);

#[cfg(test)]
thread_local! {
    /// Makes the scalar level walk as AVX-512 does, with arrays in place of registers, so that these
    /// tiles are tested on every machine.
    pub(super) static STAND_IN: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}
#[cfg(test)]
walk!(stand_in_widest, Array<16>, 3, 9, [1 2 3 4 5 6 7 8 9]);
#[cfg(test)]
walk!(stand_in_wide, Array<16>, 2, 14, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]);
#[cfg(test)]
walk!(stand_in, Array<16>, 1, 14, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]);
