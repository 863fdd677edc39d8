//! The transforms of a tile, over all its channels.

#![expect(unsafe_code, reason = "intrinsics of instruction sets found at run time, raw pointers")]
#![expect(clippy::inline_always, reason = "only inlined code takes its caller's instruction set")]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use super::super::gemm::{COLUMNS, Finish};
use super::super::level;
use super::super::simd::{Array, Vector};
use super::{POINTS, TILE, UNDER};
use crate::SimdLevel;

/// `B' d B` of the pixels under a tile: the value at point `p` of channel `c` goes to
/// `to[p * side + c]`.
///
/// # Safety
///
/// Each pixel has `channels` readable values, and each point has that many writable places.
/// `channels` is a multiple of 16.
pub(super) unsafe fn enter(
    pixels: &[*const f32; POINTS],
    channels: usize,
    to: *mut f32,
    side: usize,
) {
    // SAFETY: the caller vouches for the memory; the level is one that this processor has.
    unsafe {
        match level::current() {
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => enter_avx512(pixels, channels, to, side),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => enter_avx2(pixels, channels, to, side),
            _ => enter_with::<Array<8>>(pixels, channels, to, side),
        }
    }
}

/// `A' m A` of a tile's products, where `m` at point `p` of filter `f` is `from[p * side + f]`; then
/// `finish`. The values go to the tile's pixels that are not null.
///
/// # Safety
///
/// Each point has `filters` readable values, each pixel that is not null has that many writable
/// places, and `finish` has values for every filter. `filters` is a multiple of 16.
pub(super) unsafe fn leave(
    from: *const f32,
    side: usize,
    filters: usize,
    pixels: &[*mut f32; TILE * TILE],
    finish: &Finish<'_>,
) {
    // SAFETY: the caller vouches for the memory; the level is one that this processor has.
    unsafe {
        match level::current() {
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => leave_avx512(from, side, filters, pixels, finish),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => leave_avx2(from, side, filters, pixels, finish),
            _ => leave_with::<Array<8>>(from, side, filters, pixels, finish),
        }
    }
}

/// `A y A'` of the cotangents of what a tile makes, but for the sign of the last row and the last
/// column: the value at point `p` of filter `f` goes to `to[p * side + f / 16 * panel + f % 16]`.
///
/// # Safety
///
/// Each pixel has `filters` readable values, and each point has as many writable places.
/// `filters` is a multiple of 16.
pub(super) unsafe fn spread(
    pixels: &[*const f32; TILE * TILE],
    filters: usize,
    to: *mut f32,
    [panel, side]: [usize; 2],
) {
    // SAFETY: the caller vouches for the memory; the level is one that this processor has.
    unsafe {
        match level::current() {
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => spread_avx512(pixels, filters, to, [panel, side]),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => spread_avx2(pixels, filters, to, [panel, side]),
            _ => spread_with::<Array<8>>(pixels, filters, to, [panel, side]),
        }
    }
}

/// # Safety
///
/// As for [`enter`], and the processor has the vector's instructions.
#[inline(always)]
pub(super) unsafe fn enter_with<V: Vector>(
    pixels: &[*const f32; POINTS],
    channels: usize,
    to: *mut f32,
    side: usize,
) {
    for channel in (0..channels).step_by(V::LANES) {
        // SAFETY: the caller vouches for whole registers of every pixel and point.
        unsafe {
            let mut rows = [[V::splat(0.0); UNDER]; UNDER];
            for column in 0..UNDER {
                let load = |row: usize| V::load(pixels[UNDER * row + column].add(channel));
                let down = before([load(0), load(1), load(2), load(3)]);
                for (row, value) in rows.iter_mut().zip(down) {
                    row[column] = value;
                }
            }
            for (row, values) in rows.into_iter().enumerate() {
                for (column, value) in before(values).into_iter().enumerate() {
                    value.store(to.add((UNDER * row + column) * side + channel));
                }
            }
        }
    }
}

/// # Safety
///
/// As for [`leave`], and the processor has the vector's instructions.
#[inline(always)]
pub(super) unsafe fn leave_with<V: Vector>(
    from: *const f32,
    side: usize,
    filters: usize,
    pixels: &[*mut f32; TILE * TILE],
    finish: &Finish<'_>,
) {
    for filter in (0..filters).step_by(V::LANES) {
        // SAFETY: the caller vouches for whole registers of every point and pixel.
        unsafe {
            let mut rows = [[V::splat(0.0); UNDER]; TILE];
            for column in 0..UNDER {
                let load = |row: usize| V::load(from.add((UNDER * row + column) * side + filter));
                let down = after([load(0), load(1), load(2), load(3)]);
                for (row, value) in rows.iter_mut().zip(down) {
                    row[column] = value;
                }
            }
            for (row, values) in rows.into_iter().enumerate() {
                for (column, value) in after(values).into_iter().enumerate() {
                    let pixel = pixels[TILE * row + column];
                    if !pixel.is_null() {
                        let [value] = finish.apply(filter, [value]);
                        value.store(pixel.add(filter));
                    }
                }
            }
        }
    }
}

/// # Safety
///
/// As for [`spread`], and the processor has the vector's instructions.
#[inline(always)]
pub(super) unsafe fn spread_with<V: Vector>(
    pixels: &[*const f32; TILE * TILE],
    filters: usize,
    to: *mut f32,
    [panel, side]: [usize; 2],
) {
    for filter in (0..filters).step_by(V::LANES) {
        // SAFETY: the caller vouches for whole registers of every pixel and point.
        unsafe {
            let to = to.add(filter / COLUMNS * panel + filter % COLUMNS);
            let mut rows = [[V::splat(0.0); TILE]; UNDER];
            for column in 0..TILE {
                let load = |row: usize| V::load(pixels[TILE * row + column].add(filter));
                for (row, value) in rows.iter_mut().zip(apart([load(0), load(1)])) {
                    row[column] = value;
                }
            }
            for (row, values) in rows.into_iter().enumerate() {
                for (column, value) in apart(values).into_iter().enumerate() {
                    value.store(to.add((UNDER * row + column) * side));
                }
            }
        }
    }
}

/// `A` of one column, its last value with the other sign.
///
/// # Safety
///
/// The processor has the vector's instructions.
#[inline(always)]
unsafe fn apart<V: Vector>([a, b]: [V; TILE]) -> [V; UNDER] {
    // SAFETY: the caller vouches for it.
    unsafe { [a, a.plus(b), a.minus(b), b] }
}

/// `B'` of one column.
///
/// # Safety
///
/// The processor has the vector's instructions.
#[inline(always)]
unsafe fn before<V: Vector>([a, b, c, d]: [V; UNDER]) -> [V; UNDER] {
    // SAFETY: the caller vouches for it.
    unsafe { [a.minus(c), b.plus(c), c.minus(b), b.minus(d)] }
}

/// `A'` of one column.
///
/// # Safety
///
/// The processor has the vector's instructions.
#[inline(always)]
unsafe fn after<V: Vector>([a, b, c, d]: [V; UNDER]) -> [V; TILE] {
    // SAFETY: the caller vouches for it.
    unsafe { [a.plus(b).plus(c), b.minus(c).minus(d)] }
}

/// Compiles the transforms for an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled {
    ($enter:ident, $leave:ident, $spread:ident, $vector:ty, $features:literal) => {
        /// # Safety
        ///
        /// As for [`enter`].
        #[target_feature(enable = $features)]
        unsafe fn $enter(
            pixels: &[*const f32; POINTS],
            channels: usize,
            to: *mut f32,
            side: usize,
        ) {
            // SAFETY: the caller vouches for it.
            unsafe { enter_with::<$vector>(pixels, channels, to, side) }
        }

        /// # Safety
        ///
        /// As for [`leave`].
        #[target_feature(enable = $features)]
        unsafe fn $leave(
            from: *const f32,
            side: usize,
            filters: usize,
            pixels: &[*mut f32; TILE * TILE],
            finish: &Finish<'_>,
        ) {
            // SAFETY: the caller vouches for it.
            unsafe { leave_with::<$vector>(from, side, filters, pixels, finish) }
        }

        /// # Safety
        ///
        /// As for [`spread`].
        #[target_feature(enable = $features)]
        unsafe fn $spread(
            pixels: &[*const f32; TILE * TILE],
            filters: usize,
            to: *mut f32,
            sides: [usize; 2],
        ) {
            // SAFETY: the caller vouches for it.
            unsafe { spread_with::<$vector>(pixels, filters, to, sides) }
        }
    };
}

#[cfg(target_arch = "x86_64")]
compiled!(enter_avx512, leave_avx512, spread_avx512, __m512, "avx512f,avx2,fma");
#[cfg(target_arch = "x86_64")]
compiled!(enter_avx2, leave_avx2, spread_avx2, __m256, "avx2,fma");
