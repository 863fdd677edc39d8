//! What is done to a product's elements before they are stored.
//!
//! Each step is an operation of its own, rounded as if it were done in a pass of its own, so fusing
//! changes no bit.

use super::super::normalization::Affine;
use super::super::simd::Vector;
use super::packed::COLUMNS;

/// Activations that are done in registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Clamp {
    /// Nothing.
    #[default]
    None,
    /// `max(x, 0)`; NaN stays NaN.
    Relu,
    /// `min(max(x, 0), 6)`; NaN stays NaN.
    Relu6,
}

/// Bias, clamp, batch normalisation, clamp: in this order, each optional.
///
/// Values per column are padded to whole panels ([`super::packed::padded`]).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Finish<'a> {
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) first: Clamp,
    pub(crate) affine: Option<&'a Affine>,
    pub(crate) second: Clamp,
}

impl Finish<'_> {
    /// Whether there is a value for every column of this many panels.
    pub(in super::super) fn fits(&self, panels: usize) -> bool {
        let columns = panels * COLUMNS;
        self.bias.is_none_or(|bias| bias.len() >= columns)
            && self.affine.is_none_or(|affine| affine.arrays().iter().all(|a| a.len() >= columns))
    }

    /// Applies everything to the registers of one row, whose first column is `column`.
    ///
    /// # Safety
    ///
    /// The processor has the vector's instructions, and the values per column reach as far as the
    /// registers do.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code takes its caller's instruction set"
    )]
    #[expect(unsafe_code, reason = "intrinsics of instruction sets found at run time")]
    #[inline(always)]
    pub(in super::super) unsafe fn apply<V: Vector, const C: usize>(
        &self,
        column: usize,
        mut row: [V; C],
    ) -> [V; C] {
        // SAFETY: the caller vouches for both.
        unsafe {
            if let Some(bias) = self.bias {
                for (at, value) in row.iter_mut().enumerate() {
                    *value = value.plus(load(bias, column + at * V::LANES));
                }
            }
            row = self.first.apply(row);
            if let Some(affine) = self.affine {
                let [mean, factor, offset] = affine.arrays();
                for (at, value) in row.iter_mut().enumerate() {
                    let column = column + at * V::LANES;
                    *value = value.minus(load(mean, column)).times(load(factor, column));
                    *value = value.plus(load(offset, column));
                }
            }
            self.second.apply(row)
        }
    }
}

/// # Safety
///
/// The processor has the vector's instructions, and the values reach as far as the register.
#[expect(clippy::inline_always, reason = "only inlined code takes its caller's instruction set")]
#[expect(unsafe_code, reason = "intrinsics of instruction sets found at run time")]
#[inline(always)]
unsafe fn load<V: Vector>(values: &[f32], at: usize) -> V {
    // SAFETY: the caller vouches for both.
    unsafe { V::load(values.as_ptr().add(at)) }
}

impl Clamp {
    /// # Safety
    ///
    /// The processor has the vector's instructions.
    #[expect(
        clippy::inline_always,
        reason = "only inlined code takes its caller's instruction set"
    )]
    #[expect(unsafe_code, reason = "intrinsics of instruction sets found at run time")]
    #[inline(always)]
    unsafe fn apply<V: Vector, const C: usize>(self, mut row: [V; C]) -> [V; C] {
        if self != Self::None {
            for value in &mut row {
                // SAFETY: the caller vouches for the instructions.
                *value = unsafe { value.at_least(V::splat(0.0)) };
                if self == Self::Relu6 {
                    // SAFETY: as above.
                    *value = unsafe { value.at_most(V::splat(6.0)) };
                }
            }
        }
        row
    }
}
