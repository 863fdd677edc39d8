//! A layer's weights in the form that its way back reads.

use assay_network::{LayerKind, Network, ParameterRole};

use crate::cpu::gemm::Packed;
use crate::cpu::gradient::convolution;
use crate::prepared::Operation;

/// The weights of a layer's transpose.
#[derive(Debug)]
pub(crate) enum Transposed {
    /// Of a convolution.
    Convolution(convolution::Transposed),
    /// Of a dense layer: `[units, width]`.
    Dense(Packed),
    /// The layer has no kernel.
    None,
}

impl Transposed {
    /// Arranges the kernel of layer `at`.
    pub(crate) fn new(network: &Network, at: usize, operation: &Operation) -> Self {
        let architecture = network.architecture();
        let layer = &architecture.layers()[at];
        let kernel = architecture.parameter_of(layer, ParameterRole::Kernel);
        let Some(kernel) = kernel.map(|at| &*network.weights()[at]) else { return Self::None };
        match (&layer.kind, operation) {
            (LayerKind::Conv2d { filters, .. }, Operation::Convolution { place, .. }) => {
                let filters = *filters as usize;
                Self::Convolution(convolution::Transposed::new(*place, kernel, filters))
            }
            (LayerKind::Dense { units, .. }, _) => {
                let (units, width) = (*units as usize, kernel.len() / *units as usize);
                let column = |unit: usize| kernel[unit..].iter().step_by(units).copied();
                let turned: Vec<f32> = (0..units).flat_map(column).collect();
                Self::Dense(Packed::new(&turned, units, width))
            }
            _ => Self::None,
        }
    }
}
