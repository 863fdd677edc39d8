//! The network that tests of pieces share: a strided convolution, a batch norm, a dense layer.

use std::sync::Arc;

use assay_network::{Activation, Architecture, LayerKind, Network, Padding, Window};

use crate::PreparedNetwork;

fn value(at: usize) -> f32 {
    (at * 37 % 64) as f32 / 64.0 + 0.01
}

/// The network, a batch of 300 examples for it, and their labels.
pub(super) fn network_and_batch() -> (PreparedNetwork, Vec<f32>, Vec<u32>) {
    let window = Window { size: [3, 3], strides: [2, 1], padding: Padding::Same };
    let (activation, bias) = (Activation::Tanh, true);
    let kinds = vec![
        LayerKind::Conv2d { filters: 3, window, activation, bias },
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
        LayerKind::Flatten,
        LayerKind::Dense { units: 4, activation, bias },
    ];
    let architecture = Arc::new(Architecture::new(&[5, 4, 2], kinds).unwrap());
    let sizes = architecture.parameters().iter().map(|own| own.shape.iter().product());
    let weights = sizes.map(|size| (0..size).map(value).collect()).collect();
    let network = PreparedNetwork::new(Network::new(architecture, weights, None).unwrap());
    let batch = (0..300 * 40).map(|at| value(at) - 0.5).collect();
    (network, batch, (0..300).map(|at| at % 4).collect())
}
