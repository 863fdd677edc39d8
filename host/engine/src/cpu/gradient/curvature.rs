//! Second derivatives of activations, in 64-bit floats, rounded once. Kinks have none.

use assay_network::Activation;

use super::activation::{NORMAL_PEAK, sigmoid};
use crate::cpu::activation::{SELU_ALPHA, SELU_SCALE};

/// Whether the activation is anything but straight pieces.
pub(crate) fn is_curved(activation: Activation) -> bool {
    !matches!(
        activation,
        Activation::Linear | Activation::Relu | Activation::Relu6 | Activation::HardSigmoid
    )
}

/// Turns the cotangent of what leaves the activation into the part of its change that the change of
/// the slope makes, in place: `f''(z) t c` for what enters, `before`, and its tangent. Softmax works on
/// rows of `last` values.
pub(crate) fn bend(
    activation: Activation,
    before: &[f32],
    tangent: &[f32],
    cotangent: &mut [f32],
    last: usize,
) {
    if activation == Activation::Softmax {
        let rows = before.chunks_exact(last).zip(tangent.chunks_exact(last));
        for ((row, tangent), cotangent) in rows.zip(cotangent.chunks_exact_mut(last)) {
            bend_softmax(row, tangent, cotangent);
        }
        return;
    }
    for ((slot, z), t) in cotangent.iter_mut().zip(before).zip(tangent) {
        let second = second(activation, f64::from(*z));
        // A saturated activation passes nothing, however large the tangent.
        let bent = if second == 0.0 { 0.0 } else { second * f64::from(*t) * f64::from(*slot) };
        *slot = bent as f32;
    }
}

/// The second derivative of an activation that works on single values.
fn second(activation: Activation, x: f64) -> f64 {
    // s'(x) and s''(x) of the sigmoid.
    let first = sigmoid(x) * sigmoid(-x);
    let bent = first * (sigmoid(-x) - sigmoid(x));
    match activation {
        Activation::Linear
        | Activation::Relu
        | Activation::Relu6
        | Activation::HardSigmoid
        // Softmax is no function of one value; `bend` has its own way.
        | Activation::Softmax => 0.0,
        Activation::Tanh => {
            let cosh = libm::cosh(x);
            -2.0 * libm::tanh(x) / (cosh * cosh)
        }
        Activation::Sigmoid => bent,
        Activation::Elu => if x > 0.0 { 0.0 } else { libm::exp(x) },
        Activation::Selu if x > 0.0 => 0.0,
        Activation::Selu => f64::from(SELU_SCALE) * f64::from(SELU_ALPHA) * libm::exp(x),
        Activation::Softplus => first,
        Activation::Softsign => {
            let size = 1.0 + x.abs();
            let bent = 2.0 / (size * size * size);
            if x > 0.0 { -bent } else { bent }
        }
        Activation::Swish if first == 0.0 => 0.0,
        Activation::Swish => 2.0 * first + x * bent,
        Activation::Gelu => {
            let density = NORMAL_PEAK * libm::exp(-0.5 * x * x);
            if density == 0.0 { 0.0 } else { density * (2.0 - x * x) }
        }
        Activation::Exponential => libm::exp(x),
    }
}

/// For the row's softmax `p` and its tangent `q = p (t - sum p t)`, with `m = sum p c`:
/// `q_j (c_j - m) - p_j sum q c`; sums in order. Tangent and cotangent count from those of the largest
/// value: where its probability is almost one, nothing cancels.
fn bend_softmax(row: &[f32], tangent: &[f32], cotangent: &mut [f32]) {
    let mut top = 0;
    for (at, value) in row.iter().enumerate() {
        if *value > row[top] {
            top = at;
        }
    }
    let shifted = |values: &[f32]| -> Vec<f64> {
        let origin = f64::from(values[top]);
        values.iter().map(|value| f64::from(*value) - origin).collect()
    };
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let weights: Vec<f64> = shifted(row).into_iter().map(libm::exp).collect();
    let total: f64 = weights.iter().sum();
    let p: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
    let (t, c) = (shifted(tangent), shifted(cotangent));
    let middle = dot(&p, &t);
    let q: Vec<f64> = p.iter().zip(&t).map(|(p, t)| p * (t - middle)).collect();
    let (mean, moved) = (dot(&p, &c), dot(&q, &c));
    for (slot, ((p, q), c)) in cotangent.iter_mut().zip(p.iter().zip(&q).zip(&c)) {
        *slot = (q * (c - mean) - p * moved) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::gradient::activation::transpose;

    /// Slopes around each place agree with the second derivative between them.
    #[test]
    fn second_derivatives_are_slopes_of_slopes() {
        let all = Activation::known_names().filter_map(Activation::from_keras);
        for activation in all.filter(|own| *own != Activation::Softmax) {
            for x in [-3.1_f32, -0.9, -0.2, 0.3, 1.7, 4.0] {
                let slope = |x: f32| {
                    let mut cotangent = [1.0];
                    transpose(activation, &[x], &mut cotangent, 1);
                    f64::from(cotangent[0])
                };
                let step = 0.01_f32;
                let width = f64::from(x + step) - f64::from(x - step);
                let expected = (slope(x + step) - slope(x - step)) / width;
                let found = second(activation, f64::from(x));
                let close = (found - expected).abs() < 2e-3 * expected.abs().max(0.05);
                assert!(close, "{activation:?} at {x}: {found}, slopes say {expected}");
                assert!(found == 0.0 || is_curved(activation), "{activation:?}");
            }
        }
    }

    #[test]
    fn softmax_bends_as_its_jacobian_changes() {
        let (row, tangent, cotangent) =
            ([0.3_f32, -1.2, 0.8], [0.5_f32, 1.5, -0.7], [1.0_f32, -2.0, 0.25]);
        let back = |step: f32| {
            let moved: Vec<f32> = row.iter().zip(&tangent).map(|(z, t)| z + step * t).collect();
            let mut out = cotangent;
            transpose(Activation::Softmax, &moved, &mut out, 3);
            out
        };
        let (after, before) = (back(0.01), back(-0.01));
        let mut found = cotangent;
        bend(Activation::Softmax, &row, &tangent, &mut found, 3);
        for at in 0..3 {
            let expected = (after[at] - before[at]) / 0.02;
            assert!((found[at] - expected).abs() < 1e-3, "{found:?} {expected}");
        }
    }

    #[test]
    fn softmax_bends_exactly_where_a_probability_is_almost_one() {
        let mut found = [0.25_f32, 1.0];
        bend(Activation::Softmax, &[40.0, 0.0], &[0.3, 0.5], &mut found, 2);
        // p = (1, e), q = (-e, e) (0.5 - 0.3), so q c = 0.75 (0.5 - 0.3) e, and all but e^2 is left.
        let small = 0.75 * f64::from(0.5_f32 - 0.3_f32) * (-40.0_f64).exp();
        for (found, expected) in found.iter().zip([-small, small]) {
            assert!((f64::from(*found) - expected).abs() < 1e-6 * small, "{found} {expected}");
        }
    }

    #[test]
    fn far_from_zero_nothing_overflows() {
        let all = Activation::known_names().filter_map(Activation::from_keras);
        for activation in all.filter(|own| *own != Activation::Exponential) {
            for x in [-1e30, -800.0, 800.0, 1e30] {
                assert!(second(activation, x).is_finite(), "{activation:?} at {x}");
            }
        }
    }
}
