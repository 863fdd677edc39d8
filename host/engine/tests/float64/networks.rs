//! Networks and values that tests of derivatives share.

use std::sync::Arc;

use assay_call::{Tap, TapPoint};
use assay_engine::{Objective, PreparedNetwork, Tangent};
use assay_network::{Activation, Architecture, LayerKind, Network, Padding, ParameterRole, Window};
use proptest::prelude::*;

/// Values in [-1, 1) that depend on a salt.
pub(crate) fn sample(count: usize, salt: u64) -> Vec<f32> {
    (0..count as u64)
        .map(|index| {
            let mixed = (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt << 32);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// A network with random weights, if the layers fit; variances keep well away from zero.
pub(crate) fn prepare(input: &[usize], kinds: Vec<LayerKind>) -> Option<PreparedNetwork> {
    prepare_above(0.1, input, kinds)
}

/// The same with variances from `least` on, which must not be negative.
pub(crate) fn prepare_above(
    least: f32,
    input: &[usize],
    kinds: Vec<LayerKind>,
) -> Option<PreparedNetwork> {
    let architecture = Arc::new(Architecture::new(input, kinds).ok()?);
    let parameters = architecture.parameters().iter().zip(1..);
    let weights = parameters.map(|(parameter, salt)| {
        let values = sample(parameter.shape.iter().product(), salt);
        let positive = parameter.role == ParameterRole::MovingVariance;
        if positive {
            values.into_iter().map(|value| value.abs() + least).collect()
        } else {
            values
        }
    });
    let weights = weights.collect();
    Some(PreparedNetwork::new(Network::new(architecture, weights, None).ok()?))
}

/// A convolution's settings.
pub(crate) fn conv(filters: u32, size: u32, stride: u32, padding: Padding) -> LayerKind {
    let window = Window { size: [size; 2], strides: [stride; 2], padding };
    LayerKind::Conv2d { filters, window, activation: Activation::Linear, bias: true }
}

/// A dense layer's settings.
pub(crate) fn dense(units: u32, activation: Activation) -> LayerKind {
    LayerKind::Dense { units, activation, bias: true }
}

/// Batch normalization with both learned parameters.
pub(crate) fn normalized() -> LayerKind {
    LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true }
}

/// A square window.
pub(crate) fn window(size: u32, stride: u32, padding: Padding) -> Window {
    Window { size: [size; 2], strides: [stride; 2], padding }
}

/// Convolutions, norms, both poolings, dropout, flat dense layers.
pub(crate) fn everything() -> PreparedNetwork {
    let kinds = vec![
        conv(4, 3, 1, Padding::Same),
        normalized(),
        // No exact zeros before the maxima: the reference's central differences need them untied.
        LayerKind::Activation { activation: Activation::Elu },
        LayerKind::MaxPool2d { window: window(2, 2, Padding::Same) },
        conv(5, 3, 2, Padding::Valid),
        LayerKind::Activation { activation: Activation::Relu },
        LayerKind::AvgPool2d { window: window(2, 1, Padding::Same) },
        LayerKind::Dropout { rate: 0.5 },
        LayerKind::Flatten,
        dense(6, Activation::Tanh),
        LayerKind::BatchNorm { epsilon: 0.01, scale: true, center: false },
        dense(4, Activation::Linear),
    ];
    prepare(&[8, 9, 2], kinds).unwrap()
}

/// A fully convolutional network, with a dense layer over positions and without biases.
pub(crate) fn convolutional() -> PreparedNetwork {
    let kinds = vec![
        LayerKind::Conv2d {
            filters: 3,
            window: Window { size: [2, 3], strides: [2, 1], padding: Padding::Same },
            activation: Activation::Relu,
            bias: false,
        },
        LayerKind::Dense { units: 5, activation: Activation::Swish, bias: true },
        LayerKind::BatchNorm { epsilon: 0.001, scale: false, center: true },
        conv(3, 1, 2, Padding::Valid),
        LayerKind::GlobalAvgPool2d,
    ];
    prepare(&[6, 5, 2], kinds).unwrap()
}

/// Every tap at layers from `start` on.
pub(crate) fn all_taps(network: &PreparedNetwork, start: usize) -> Vec<Tap> {
    let layers = network.network().architecture().layers().len() as u32;
    let points = [TapPoint::Input, TapPoint::PreActivation, TapPoint::Output];
    let at = |layer| points.map(|point| Tap { layer, point });
    (start as u32..layers).flat_map(at).collect()
}

/// The bits of values, which compare exactly.
pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Number of values of a shape.
pub(crate) fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// A batch of `examples` for `everything`, with labels.
pub(crate) fn labelled(examples: usize) -> (Vec<f32>, Vec<u32>) {
    (sample(examples * 8 * 9 * 2, 33), (0..examples as u32).map(|at| at * 7 % 4).collect())
}

/// Values in [-1, 1), no two nearer than `2 / count`: differences never pass a tie.
pub(crate) fn apart(count: usize, salt: u64) -> Vec<f32> {
    let keys = sample(count, salt);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
    let mut values = vec![0.0; count];
    for (rank, at) in order.into_iter().enumerate() {
        values[at] = 2.0 * rank as f32 / count as f32 - 1.0;
    }
    values
}

/// A change of every parameter, moving statistics included.
pub(crate) fn change(network: &PreparedNetwork, salt: u64) -> Vec<Vec<f32>> {
    let weights = network.network().weights().iter().zip(salt..);
    weights.map(|(weights, salt)| sample(weights.len(), salt)).collect()
}

/// A tangent of the parameters.
pub(crate) fn along(change: &[Vec<f32>]) -> Tangent<'_> {
    Tangent::Parameters(change.iter().map(|own| &own[..]).collect())
}

/// Shapes of images, and windows of which some fit them.
pub(crate) fn shapes() -> impl Strategy<Value = ([usize; 3], Window)> {
    let side = 1_usize..8;
    let window = (1_u32..4, 1_u32..4, 1_u32..5, 1_u32..5, any::<bool>()).prop_map(
        |(height, width, down, across, same)| Window {
            size: [height, width],
            strides: [down, across],
            padding: if same { Padding::Same } else { Padding::Valid },
        },
    );
    ((side.clone(), side, 1_usize..4).prop_map(|(h, w, c)| [h, w, c]), window)
}

/// One objective of each kind, for two examples of three classes; `given` has their six numbers.
pub(crate) fn every_objective(given: &[f32]) -> [Objective<'_>; 7] {
    [
        Objective::Cotangent(given),
        Objective::CrossEntropy(&[2, 0]),
        Objective::SoftCrossEntropy(&[0.2, 0.5, 0.3, 0.0, 0.9, 0.3]),
        Objective::SquaredError(given),
        Objective::Logit(&[1, 2]),
        Objective::LogitDifference(&[(0, 2), (1, 1)]),
        Objective::Margin(&[0, 2]),
    ]
}

/// A network that uses an activation inside a layer and as a layer of its own, with other layers
/// before the last one.
pub(crate) fn with_activation(activation: Activation, others: Vec<LayerKind>) -> PreparedNetwork {
    let mut kinds = vec![
        dense(7, activation),
        dense(6, Activation::Linear),
        LayerKind::Activation { activation },
    ];
    kinds.extend(others);
    kinds.push(dense(3, Activation::Linear));
    prepare(&[5], kinds).unwrap()
}

/// Four examples for it: far enough out for the ends of relu6 and hard-sigmoid, but not for two
/// exponentials, which get `small`.
pub(crate) fn far_out(activation: Activation, small: f32) -> Vec<f32> {
    let scale = if activation == Activation::Exponential { small } else { 3.0 };
    sample(4 * 5, 3).into_iter().map(|x| scale * x).collect()
}
