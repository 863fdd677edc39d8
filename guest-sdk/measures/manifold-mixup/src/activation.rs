//! Activation functions as tensor arithmetic, by their meaning in Keras.

use assay_sdk::{Activation, Tensor};

/// Of SELU (Klambauer et al. 2017).
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

/// The activation of every value; softmax is taken over the last axis.
pub(crate) fn apply(activation: Activation, x: Tensor) -> Tensor {
    // Below zero `alpha · (e^x - 1)`, above it the value.
    let elu = |x: &Tensor, alpha: f32| x.greater(0.0).choose(x, &(x.minimum(0.0).exp_m1() * alpha));
    match activation {
        Activation::Linear => x,
        Activation::Relu => x.relu(),
        Activation::Relu6 => x.relu().minimum(6.0),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => x.sigmoid(),
        Activation::Softmax => x.softmax(),
        Activation::Elu => elu(&x, 1.0),
        Activation::Selu => elu(&x, SELU_ALPHA) * SELU_SCALE,
        // Of the larger of 0 and x, so that nothing overflows.
        Activation::Softplus => x.relu() + (-x.abs()).exp().ln_1p(),
        Activation::Softsign => &x / (x.abs() + 1.0),
        Activation::Swish => &x * x.sigmoid(),
        Activation::Gelu => &x * ((&x * std::f32::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5,
        Activation::Exponential => x.exp(),
        Activation::HardSigmoid => (x * 0.2 + 0.5).maximum(0.0).minimum(1.0),
    }
}
