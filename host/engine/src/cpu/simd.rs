//! Registers of 32-bit floats, one type per instruction set.
//!
//! Each operation is one IEEE operation per lane, rounded once, so kernels that are generic over
//! [`Vector`] give the same bits with any of them.

#![expect(unsafe_code, reason = "intrinsics of instruction sets found at run time")]
#![expect(clippy::inline_always, reason = "only inlined code takes its caller's instruction set")]

/// A register of `LANES` floats.
///
/// # Safety
///
/// Every function but `load` and `store` is unsafe only because the processor must have the type's
/// instruction set. The pointers of `load` and `store` need no alignment.
pub(super) trait Vector: Copy {
    /// Floats in a register.
    const LANES: usize;

    /// The same value in every lane.
    unsafe fn splat(value: f32) -> Self;
    /// Reads `LANES` floats, which must be readable.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes `LANES` floats, which must be writable.
    unsafe fn store(self, to: *mut f32);
    /// `left * right + self`, rounded once.
    unsafe fn fused(self, left: Self, right: Self) -> Self;
    /// `self + other`.
    unsafe fn plus(self, other: Self) -> Self;
    /// `self - other`.
    unsafe fn minus(self, other: Self) -> Self;
    /// `self * other`.
    unsafe fn times(self, other: Self) -> Self;
    /// `floor` where `self < floor`, else `self`: NaN and the sign of zero stay.
    unsafe fn at_least(self, floor: Self) -> Self;
    /// `ceiling` where `self > ceiling`, else `self`.
    unsafe fn at_most(self, ceiling: Self) -> Self;
    /// The same value, computed before anything that follows is read from memory. Left to itself, the
    /// compiler reads a tile's whole column of `A` first and pushes sums out of the registers.
    unsafe fn settled(self) -> Self;
}

/// Lanes in an array: the fallback, and a stand-in for any width in tests.
#[derive(Clone, Copy)]
pub(super) struct Array<const N: usize>([f32; N]);

impl<const N: usize> Array<N> {
    #[inline(always)]
    fn zip(self, other: Self, function: impl Fn(f32, f32) -> f32) -> Self {
        let mut out = self.0;
        for (slot, value) in out.iter_mut().zip(other.0) {
            *slot = function(*slot, value);
        }
        Self(out)
    }
}

impl<const N: usize> Vector for Array<N> {
    const LANES: usize = N;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; N])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for `N` readable floats; arrays of floats have no padding.
        Self(unsafe { from.cast::<[f32; N]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for `N` writable floats.
        unsafe { to.cast::<[f32; N]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn fused(self, left: Self, right: Self) -> Self {
        let mut out = self.0;
        for ((slot, left), right) in out.iter_mut().zip(left.0).zip(right.0) {
            *slot = left.mul_add(right, *slot);
        }
        Self(out)
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn minus(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    #[inline(always)]
    unsafe fn at_least(self, floor: Self) -> Self {
        self.zip(floor, |a, b| if a < b { b } else { a })
    }

    #[inline(always)]
    unsafe fn at_most(self, ceiling: Self) -> Self {
        self.zip(ceiling, |a, b| if a > b { b } else { a })
    }

    #[inline(always)]
    unsafe fn settled(self) -> Self {
        self
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::asm;
    use std::arch::x86_64::{
        __m256, __m512, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps,
        _mm256_min_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps,
        _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_min_ps,
        _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };

    use super::Vector;

    /// Twelve sums leave no room for reading ahead, and the compiler does not try.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn settled256(value: __m256) -> __m256 {
        value
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn settled512(mut value: __m512) -> __m512 {
        // SAFETY: no instruction at all; the compiler must only have the value at hand here, and may
        // not move reads of memory across.
        unsafe {
            asm!("/* {0} */", inout(zmm_reg) value, options(nostack, preserves_flags));
        }
        value
    }

    /// Writes the trait for a register type from its intrinsics.
    macro_rules! vector {
        ($type:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $fused:ident,
         $add:ident, $sub:ident, $mul:ident, $max:ident, $min:ident, $settled:ident) => {
            impl Vector for $type {
                const LANES: usize = $lanes;

                #[inline(always)]
                unsafe fn splat(value: f32) -> Self {
                    // SAFETY: the caller's processor has the instructions (so in all that follow).
                    unsafe { $splat(value) }
                }

                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    // SAFETY: the caller vouches for the readable floats; no alignment is needed.
                    unsafe { $load(from) }
                }

                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    // SAFETY: the caller vouches for the writable floats; no alignment is needed.
                    unsafe { $store(to, self) }
                }

                #[inline(always)]
                unsafe fn fused(self, left: Self, right: Self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $fused(left, right, self) }
                }

                #[inline(always)]
                unsafe fn plus(self, other: Self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $add(self, other) }
                }

                #[inline(always)]
                unsafe fn minus(self, other: Self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $sub(self, other) }
                }

                #[inline(always)]
                unsafe fn times(self, other: Self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $mul(self, other) }
                }

                #[inline(always)]
                unsafe fn at_least(self, floor: Self) -> Self {
                    // The instruction gives its second operand for NaN and for equal zeros.
                    // SAFETY: as for `splat`.
                    unsafe { $max(floor, self) }
                }

                #[inline(always)]
                unsafe fn at_most(self, ceiling: Self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $min(ceiling, self) }
                }

                #[inline(always)]
                unsafe fn settled(self) -> Self {
                    // SAFETY: as for `splat`.
                    unsafe { $settled(self) }
                }
            }
        };
    }

    vector!(
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_fmadd_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_max_ps,
        _mm256_min_ps,
        settled256
    );
    vector!(
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_fmadd_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_max_ps,
        _mm512_min_ps,
        settled512
    );
}
