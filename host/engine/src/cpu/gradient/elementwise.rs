//! Cotangents of functions of single values: ReLU's masks, batch normalisation's factors.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use crate::cpu::level::for_each_level;

for_each_level! {
    /// Zero where `kept` is not above zero.
    pub(super) fn keep_positive(kept: &[f32], cotangent: &mut [f32]) {
        for (slot, x) in cotangent.iter_mut().zip(kept) {
            *slot = if *x > 0.0 { *slot } else { 0.0 };
        }
    }
}

for_each_level! {
    /// Zero where `kept` is not above zero or is above `top`.
    pub(super) fn keep_between(kept: &[f32], cotangent: &mut [f32], top: f32) {
        for (slot, x) in cotangent.iter_mut().zip(kept) {
            let passes = *x > 0.0 && *x <= top;
            *slot = if passes { *slot } else { 0.0 };
        }
    }
}

for_each_level! {
    /// Multiplies each value with its channel's factor; the channels are the last axis.
    pub(crate) fn scale(values: &mut [f32], factors: &[f32]) {
        for pixel in values.chunks_exact_mut(factors.len()) {
            for (value, factor) in pixel.iter_mut().zip(factors) {
                *value *= factor;
            }
        }
    }
}
