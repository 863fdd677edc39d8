//! Networks and data made ready once and shared by all units that use them.

use std::sync::{Arc, OnceLock};

use assay_call::{Statistics, dataset_lineage, network_lineage};
use assay_ids::Digest;
use assay_network::{Dataset, Layer, LayerKind, Network, ParameterRole};

use crate::cpu::convolution::Placement;
use crate::cpu::filters::Filters;
use crate::cpu::gemm::{Packed, padded};
use crate::cpu::normalization::Affine;
use crate::cpu::reduce;
use crate::derivatives::Transposed;

/// What a layer computes, with its weights in the form that the kernels read; a bias is padded with
/// zeros to whole panels.
pub(crate) enum Operation {
    Convolution {
        place: Placement,
        kernel: Filters,
        bias: Option<Vec<f32>>,
    },
    Dense {
        kernel: Packed,
        bias: Option<Vec<f32>>,
    },
    MaxPool(Placement),
    AvgPool(Placement),
    GlobalAvgPool,
    BatchNorm(Affine),
    /// Flatten, dropout at inference, and activations on their own.
    Identity,
}

/// One layer, shared by copies of a network that do not replace its parameters.
struct PreparedLayer {
    operation: Operation,
    /// Made when a derivative first needs it: most units never do.
    transposed: OnceLock<Transposed>,
}

impl PreparedLayer {
    fn new(network: &Network, layer: &Layer) -> Arc<Self> {
        Arc::new(Self { operation: operation(network, layer), transposed: OnceLock::new() })
    }
}

/// A network with its weights packed for the kernels.
pub struct PreparedNetwork {
    network: Network,
    layers: Vec<Arc<PreparedLayer>>,
    digest: OnceLock<Digest>,
}

impl PreparedNetwork {
    /// Packs a network's weights.
    pub fn new(network: Network) -> Self {
        let layers = network.architecture().layers().iter();
        let layers = layers.map(|layer| PreparedLayer::new(&network, layer)).collect();
        Self { network, layers, digest: OnceLock::new() }
    }

    /// A copy with some parameters replaced, by position; everything else is shared, packed weights
    /// included. Each array must have its parameter's number of values.
    ///
    /// # Panics
    ///
    /// If a position or a number of values does not fit: a bug of the caller, which checks them.
    pub fn with_parameters(&self, replacements: &[(usize, Arc<[f32]>)]) -> Self {
        let network = self.network.with_parameters(replacements);
        let network = network.expect("replacements were checked");
        let layers = network.architecture().layers().iter().zip(&self.layers);
        let layers = layers.map(|(layer, own)| {
            let touched = replacements.iter().any(|(at, _)| layer.parameters.contains(at));
            if touched { PreparedLayer::new(&network, layer) } else { Arc::clone(own) }
        });
        let layers = layers.collect();
        Self { network, layers, digest: OnceLock::new() }
    }

    /// The network itself.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Digest of the layers and of all arrays; computed when first asked for.
    pub(crate) fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| network_lineage(&self.network))
    }

    /// What each layer computes, in order.
    pub(crate) fn operations(&self) -> impl ExactSizeIterator<Item = &Operation> {
        self.layers.iter().map(|layer| &layer.operation)
    }

    /// What one layer computes.
    pub(crate) fn operation(&self, layer: usize) -> &Operation {
        &self.layers[layer].operation
    }

    /// One layer's weights as its way back reads them.
    pub(crate) fn transposed(&self, layer: usize) -> &Transposed {
        let own = &self.layers[layer];
        own.transposed.get_or_init(|| Transposed::new(&self.network, layer, &own.operation))
    }
}

fn operation(network: &Network, layer: &Layer) -> Operation {
    let architecture = network.architecture();
    let find = |role: ParameterRole| {
        architecture.parameter_of(layer, role).map(|at| &network.weights()[at])
    };
    // A network's arrays fit its architecture, and an architecture's windows fit its shapes.
    let need = |role| find(role).expect("the architecture lists this parameter");
    let place =
        |window| Placement::new(window, &layer.input).expect("the architecture fits windows");
    let inputs = layer.input.last().copied().unwrap_or(1);
    let bias = || find(ParameterRole::Bias).map(|bias| padded(bias));
    match &layer.kind {
        LayerKind::Conv2d { filters, window, .. } => {
            let place = place(*window);
            let kernel = Filters::new(&place, need(ParameterRole::Kernel), *filters as usize);
            Operation::Convolution { place, kernel, bias: bias() }
        }
        LayerKind::Dense { units, .. } => {
            let kernel = Packed::new(need(ParameterRole::Kernel), inputs, *units as usize);
            Operation::Dense { kernel, bias: bias() }
        }
        LayerKind::MaxPool2d { window } => Operation::MaxPool(place(*window)),
        LayerKind::AvgPool2d { window } => Operation::AvgPool(place(*window)),
        LayerKind::GlobalAvgPool2d => Operation::GlobalAvgPool,
        LayerKind::BatchNorm { epsilon, .. } => Operation::BatchNorm(Affine::new(
            find(ParameterRole::Gamma).map(|values| &**values),
            find(ParameterRole::Beta).map(|values| &**values),
            need(ParameterRole::MovingMean),
            need(ParameterRole::MovingVariance),
            *epsilon,
        )),
        LayerKind::Flatten | LayerKind::Dropout { .. } | LayerKind::Activation { .. } => {
            Operation::Identity
        }
    }
}

/// A dataset with what calls ask about it, counted once.
pub struct PreparedData {
    dataset: Dataset,
    class_counts: Vec<usize>,
    statistics: Statistics,
    digest: OnceLock<Digest>,
}

impl PreparedData {
    /// Counts classes and takes statistics.
    pub fn new(dataset: Dataset) -> Self {
        let class_counts = dataset.class_counts();
        let values = dataset.inputs();
        let count = values.len() as f64;
        let mean = reduce::sum(values, |x| x) / count;
        let variance = reduce::sum(values, |x| (x - mean) * (x - mean)) / count;
        let fold = |from, pick: fn(f32, f32) -> f32| values.iter().copied().fold(from, pick);
        let statistics = Statistics {
            minimum: fold(f32::INFINITY, f32::min),
            maximum: fold(f32::NEG_INFINITY, f32::max),
            mean: mean as f32,
            deviation: variance.sqrt() as f32,
        };
        Self { dataset, class_counts, statistics, digest: OnceLock::new() }
    }

    /// The dataset itself.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// Number of examples of each class.
    pub(crate) fn class_counts(&self) -> &[usize] {
        &self.class_counts
    }

    /// Digest of shape, values and labels; computed when first asked for.
    pub(crate) fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| dataset_lineage(&self.dataset))
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics
    }
}
