//! Derivatives of activations, in 64-bit floats, rounded once.
//!
//! At a kink the derivative is the left side's: `relu'(0) = 0`, `relu6'(6) = 1`.

use std::f64::consts::FRAC_1_SQRT_2;

use assay_network::Activation;

use super::elementwise::{keep_between, keep_positive};
use crate::cpu::activation::{SELU_ALPHA, SELU_SCALE};

/// `1 / sqrt(2 pi)`: the normal density at 0.
pub(super) const NORMAL_PEAK: f64 = 0.398_942_280_401_432_7;

/// What `transpose` needs to know of the forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: the activation is the identity.
    Nothing,
    /// What enters the activation.
    Before,
    /// What leaves it, which is kept anyway by whoever keeps the next layer's input.
    After,
}

/// What an activation's derivative is computed from.
pub(crate) fn needs(activation: Activation) -> Needs {
    match activation {
        Activation::Linear => Needs::Nothing,
        Activation::Relu => Needs::After,
        _ => Needs::Before,
    }
}

/// Turns the cotangent of what leaves the activation into that of what enters it, in place; `kept` is
/// what [`needs`] says, of the cotangent's shape. Softmax works on rows of `last` values.
pub(crate) fn transpose(activation: Activation, kept: &[f32], cotangent: &mut [f32], last: usize) {
    match activation {
        Activation::Linear => {}
        Activation::Relu => keep_positive(kept, cotangent),
        Activation::Relu6 => keep_between(kept, cotangent, 6.0),
        Activation::Softmax => {
            for (row, cotangent) in kept.chunks_exact(last).zip(cotangent.chunks_exact_mut(last)) {
                transpose_softmax(row, cotangent);
            }
        }
        _ => {
            for (slot, x) in cotangent.iter_mut().zip(kept) {
                *slot = (f64::from(*slot) * slope(activation, f64::from(*x))) as f32;
            }
        }
    }
}

/// The derivative of an activation that works on single values.
fn slope(activation: Activation, x: f64) -> f64 {
    match activation {
        // Softmax is no function of one value; `transpose` has its own way.
        Activation::Linear | Activation::Softmax => 1.0,
        Activation::Relu => f64::from(u8::from(x > 0.0)),
        Activation::Relu6 => f64::from(u8::from(x > 0.0 && x <= 6.0)),
        Activation::Tanh => {
            let cosh = libm::cosh(x);
            1.0 / (cosh * cosh)
        }
        Activation::Sigmoid => sigmoid(x) * sigmoid(-x),
        Activation::Elu => elu_slope(x),
        Activation::Selu => {
            let alpha = if x > 0.0 { 1.0 } else { f64::from(SELU_ALPHA) };
            f64::from(SELU_SCALE) * alpha * elu_slope(x)
        }
        Activation::Softplus => sigmoid(x),
        Activation::Softsign => {
            let size = 1.0 + x.abs();
            1.0 / (size * size)
        }
        Activation::Swish => sigmoid(x) * (1.0 + x * sigmoid(-x)),
        Activation::Gelu => {
            0.5 * libm::erfc(-x * FRAC_1_SQRT_2) + x * NORMAL_PEAK * libm::exp(-0.5 * x * x)
        }
        Activation::Exponential => libm::exp(x),
        Activation::HardSigmoid => 0.2 * f64::from(u8::from(x > -2.5 && x <= 2.5)),
    }
}

fn elu_slope(x: f64) -> f64 {
    if x > 0.0 { 1.0 } else { libm::exp(x) }
}

/// `1 / (1 + exp(-x))`; the exponential of a large number is infinite, and its quotient 0.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// `p_j (c_j - sum_i p_i c_i)` for the row's softmax `p`; sums in order.
fn transpose_softmax(row: &[f32], cotangent: &mut [f32]) {
    let largest = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let weights: Vec<f64> =
        row.iter().map(|value| libm::exp(f64::from(*value) - largest)).collect();
    let sum: f64 = weights.iter().sum();
    let products = weights.iter().zip(&*cotangent).map(|(weight, c)| weight * f64::from(*c));
    let mean = products.sum::<f64>() / sum;
    for (slot, weight) in cotangent.iter_mut().zip(&weights) {
        *slot = (weight / sum * (f64::from(*slot) - mean)) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activation: Activation, x: f32) -> f32 {
        let mut cotangent = [1.0];
        transpose(activation, &[x], &mut cotangent, 1);
        cotangent[0]
    }

    #[test]
    fn kinks_have_the_left_side_s_derivative() {
        assert_eq!(at(Activation::Relu, 0.0), 0.0);
        assert_eq!(at(Activation::Relu6, 0.0), 0.0);
        assert_eq!(at(Activation::Relu6, 6.0), 1.0);
        assert_eq!(at(Activation::HardSigmoid, -2.5), 0.0);
        assert_eq!(at(Activation::HardSigmoid, 2.5), 0.2);
        assert_eq!(at(Activation::Elu, 0.0), 1.0);
        assert_eq!(at(Activation::Selu, 0.0), SELU_SCALE * SELU_ALPHA);
    }

    #[test]
    fn far_from_zero_nothing_overflows() {
        let all = Activation::known_names().filter_map(Activation::from_keras);
        let smooth = all.filter(|activation| *activation != Activation::Exponential);
        for activation in smooth {
            for x in [-1e30_f32, -800.0, 800.0, 1e30] {
                assert!(at(activation, x).is_finite(), "{activation:?} at {x}");
            }
        }
    }
}
