//! The networks that tests of pieces share.

use std::sync::Arc;

use assay_network::{Activation, Architecture, LayerKind, Network, Padding, Window};

use crate::PreparedNetwork;

fn value(at: usize) -> f32 {
    (at * 37 % 64) as f32 / 64.0 + 0.01
}

/// A strided convolution, a batch norm and a dense layer, a batch of 300 examples for it, and their
/// labels.
pub(super) fn network_and_batch() -> (PreparedNetwork, Vec<f32>, Vec<u32>) {
    let window = Window { size: [3, 3], strides: [2, 1], padding: Padding::Same };
    let (activation, bias) = (Activation::Tanh, true);
    let kinds = vec![
        LayerKind::Conv2d { filters: 3, window, activation, bias },
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::Flatten,
        LayerKind::Dense { units: 4, activation, bias },
    ];
    made(&[5, 4, 2], kinds)
}

/// Convolutions of which the second runs by Winograd's algorithm, with six tiles to an image and so 32
/// examples to a block of its sums; else as [`network_and_batch`].
pub(super) fn tiled_network_and_batch() -> (PreparedNetwork, Vec<f32>, Vec<u32>) {
    let window = Window { size: [3, 3], strides: [1, 1], padding: Padding::Same };
    let (activation, bias) = (Activation::Tanh, false);
    let kinds = vec![
        LayerKind::Conv2d { filters: 32, window, activation, bias },
        LayerKind::Conv2d { filters: 32, window, activation, bias },
        LayerKind::GlobalAvgPool2d,
    ];
    made(&[5, 4, 2], kinds)
}

/// A network of these layers, and 300 examples for it.
fn made(input: &[usize], kinds: Vec<LayerKind>) -> (PreparedNetwork, Vec<f32>, Vec<u32>) {
    let architecture = Arc::new(Architecture::new(input, kinds).unwrap());
    let sizes = architecture.parameters().iter().map(|own| own.shape.iter().product());
    let weights = sizes.map(|size| (0..size).map(value).collect()).collect();
    let network = PreparedNetwork::new(Network::new(architecture, weights, None).unwrap());
    let values = 300 * input.iter().product::<usize>();
    let batch = (0..values).map(|at| value(at) - 0.5).collect();
    (network, batch, (0..300).map(|at| at % 4).collect())
}
