//! Activations and softmax, from one implementation of the transcendental functions.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use assay_network::Activation;

use super::level::for_each_level;

/// Constants of SELU (Klambauer et al. 2017), as Keras rounds them.
pub(crate) const SELU_SCALE: f32 = 1.050_701;
pub(crate) const SELU_ALPHA: f32 = 1.673_263_2;

/// Applies an activation in place; softmax works on rows of `last` values.
pub(crate) fn apply(activation: Activation, values: &mut [f32], last: usize) {
    match activation {
        Activation::Linear => {}
        Activation::Relu => relu_each(values),
        Activation::Relu6 => relu6_each(values),
        Activation::Tanh => each(values, libm::tanhf),
        Activation::Sigmoid => each(values, sigmoid),
        Activation::Softmax => values.chunks_exact_mut(last).for_each(softmax),
        Activation::Elu => each(values, |x| if x > 0.0 { x } else { libm::expm1f(x) }),
        Activation::Selu => {
            each(values, |x| SELU_SCALE * if x > 0.0 { x } else { SELU_ALPHA * libm::expm1f(x) });
        }
        Activation::Softplus => each(values, softplus),
        Activation::Softsign => each(values, |x| x / (1.0 + x.abs())),
        Activation::Swish => each(values, |x| x * sigmoid(x)),
        Activation::Gelu => {
            each(values, |x| 0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2)));
        }
        Activation::Exponential => each(values, libm::expf),
        Activation::HardSigmoid => each(values, |x| (0.2 * x + 0.5).clamp(0.0, 1.0)),
    }
}

#[expect(clippy::inline_always, reason = "only inlined code takes its caller's instruction set")]
#[inline(always)]
fn each(values: &mut [f32], function: impl Fn(f32) -> f32) {
    for value in values {
        *value = function(*value);
    }
}

for_each_level! {
    fn relu_each(values: &mut [f32]) {
        each(values, relu);
    }
}

for_each_level! {
    /// `min(max(x, 0), 6)`; NaN stays NaN.
    fn relu6_each(values: &mut [f32]) {
        each(values, |x| {
            let x = relu(x);
            if x > 6.0 { 6.0 } else { x }
        });
    }
}

/// `max(x, 0)`; NaN stays NaN.
pub(crate) fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// `1 / (1 + exp(-x))`, without overflow on either side.
pub(crate) fn sigmoid(x: f32) -> f32 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::expf(-x))
    } else {
        let e = libm::expf(x);
        e / (1.0 + e)
    }
}

fn softplus(x: f32) -> f32 {
    // log(1 + e^x) = max(x, 0) + log(1 + e^-|x|): nothing overflows.
    relu(x) + libm::log1pf(libm::expf(-x.abs()))
}

/// Softmax of one row; the sum is taken in 64-bit floats in order.
pub(crate) fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0_f64;
    for value in row.iter_mut() {
        *value = libm::expf(*value - largest);
        sum += f64::from(*value);
    }
    for value in row {
        *value = (f64::from(*value) / sum) as f32;
    }
}

/// Logarithm of the softmax of one row, in 64-bit floats, rounded once.
pub(crate) fn log_softmax(row: &mut [f32]) {
    let sum = log_sum_exp(row);
    for value in row {
        *value = (f64::from(*value) - sum) as f32;
    }
}

/// `log(sum(exp(row)))` in 64-bit floats.
pub(crate) fn log_sum_exp(row: &[f32]) -> f64 {
    let largest = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = row.iter().map(|value| libm::exp(f64::from(*value) - largest)).sum();
    largest + libm::log(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of TensorFlow's documentation and of the definitions, at points where a mistake shows.
    #[test]
    fn activations_have_their_defined_values() {
        let cases = [
            (Activation::Relu, -1.0, 0.0),
            (Activation::Relu6, 7.5, 6.0),
            (Activation::Tanh, 0.5, 0.462_117_16),
            (Activation::Sigmoid, -2.0, 0.119_202_92),
            (Activation::Elu, -1.0, -0.632_120_55),
            (Activation::Selu, -1.0, -1.111_330_7),
            (Activation::Softplus, 1.0, 1.313_261_7),
            (Activation::Softsign, -3.0, -0.75),
            (Activation::Swish, 1.0, 0.731_058_6),
            (Activation::Gelu, 1.0, 0.841_344_7),
            (Activation::Exponential, 1.0, std::f32::consts::E),
            (Activation::HardSigmoid, 1.0, 0.7),
        ];
        for (activation, input, expected) in cases {
            let mut values = [input];
            apply(activation, &mut values, 1);
            assert!((values[0] - expected).abs() < 1e-6, "{activation:?}: {}", values[0]);
        }
    }

    #[test]
    fn extreme_rows_stay_finite() {
        let mut row = [1000.0, 1000.0, -1000.0];
        softmax(&mut row);
        assert_eq!(row, [0.5, 0.5, 0.0]);
        let mut row = [1000.0, 0.0];
        log_softmax(&mut row);
        assert_eq!(row, [0.0, -1000.0]);
        assert_eq!(sigmoid(-1000.0), 0.0);
    }
}
