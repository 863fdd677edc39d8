//! A network's weights on the adapter, in the layout that Burn's operations take.

use assay_network::{Architecture, Layer, LayerKind, Network, ParameterRole, Window};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};

use crate::Adapter;

/// What a layer does before its activation, with its weights.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a network has some tens of these in all")]
pub(crate) enum Operation {
    /// Kernel `[out, in, kh, kw]`.
    Convolution {
        kernel: Tensor<4>,
        bias: Option<Tensor<1>>,
        options: ConvOptions<2>,
    },
    /// Kernel `[in, out]`, bias `[1, out]`.
    Dense {
        kernel: Tensor<2>,
        bias: Option<Tensor<2>>,
    },
    MaxPool(MaxPoolOptions<2>),
    AvgPool(AvgPoolOptions<2>),
    GlobalAvgPool,
    /// `(x - mean) * factor + offset`, each `[1, channels]`.
    BatchNorm {
        mean: Tensor<2>,
        factor: Tensor<2>,
        offset: Tensor<2>,
    },
    Flatten,
    /// Dropout at inference, and activations on their own.
    Identity,
}

/// A network whose weights are on the adapter.
pub struct ResidentNetwork {
    network: Network,
    operations: Vec<Operation>,
    pub(crate) device: Device,
}

impl ResidentNetwork {
    /// Copies a network's weights to the adapter.
    pub fn new(network: Network, adapter: &Adapter) -> Self {
        let device = adapter.device.clone();
        let layers = network.architecture().layers();
        let operations = layers.iter().map(|layer| operation(&network, layer, &device)).collect();
        Self { network, operations, device }
    }

    pub(crate) fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    /// Arrays for all parameters of a layer, in their order, from those of its operation's weights;
    /// zeros where there are none of them. Moving statistics always get zeros.
    pub(crate) fn parameters_of(&self, layer: usize, weights: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
        let layer = &self.architecture().layers()[layer];
        let own = layer
            .parameters
            .clone()
            .zip(&self.architecture().parameters()[layer.parameters.clone()]);
        let is_norm = matches!(layer.kind, LayerKind::BatchNorm { .. });
        let mut weights = weights.into_iter();
        // The weights of a batch normalisation are its factor and its offset, whether learned or not.
        let (factor, offset) =
            if is_norm { (weights.next(), weights.next()) } else { (None, None) };
        own.map(|(at, parameter)| {
            let zeros = || vec![0.0; self.network.weights()[at].len()];
            match parameter.role {
                ParameterRole::Gamma => {
                    factor.as_ref().map_or_else(zeros, |factor| self.scaled(layer, factor))
                }
                ParameterRole::Beta => offset.clone().unwrap_or_else(zeros),
                ParameterRole::MovingMean | ParameterRole::MovingVariance => zeros(),
                ParameterRole::Kernel | ParameterRole::Bias => weights.next().unwrap_or_else(zeros),
            }
        })
        .collect()
    }

    /// From the gradient of a batch normalisation's factor to that of its `gamma`: the factor is
    /// `gamma` times the reciprocal deviation.
    fn scaled(&self, layer: &Layer, factor: &[f32]) -> Vec<f32> {
        let LayerKind::BatchNorm { epsilon, .. } = layer.kind else { return factor.to_vec() };
        let variance = find(&self.network, layer, ParameterRole::MovingVariance);
        let variance = variance.expect("a batch normalisation has one");
        let scale = |variance: f32| (f64::from(variance) + f64::from(epsilon)).sqrt();
        let pairs = factor.iter().zip(&variance);
        pairs.map(|(factor, variance)| (f64::from(*factor) / scale(*variance)) as f32).collect()
    }

    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

/// A layer's parameter of this role.
fn find(network: &Network, layer: &Layer, role: ParameterRole) -> Option<Vec<f32>> {
    let at = network.architecture().parameter_of(layer, role)?;
    Some(network.weights()[at].to_vec())
}

fn operation(network: &Network, layer: &Layer, device: &Device) -> Operation {
    let find = |role: ParameterRole| find(network, layer, role);
    // A network's arrays fit its architecture.
    let need = |role| find(role).expect("the architecture lists this parameter");
    let row = |values: Vec<f32>| {
        let shape = [1, values.len()];
        Tensor::<2>::from_data(TensorData::new(values, shape), device)
    };
    match &layer.kind {
        LayerKind::Conv2d { filters, window, .. } => {
            let [height, width] = window.size.map(|size| size as usize);
            let shape = [height, width, layer.input[2], *filters as usize];
            let kernel = TensorData::new(need(ParameterRole::Kernel), shape);
            let kernel = Tensor::<4>::from_data(kernel, device).permute([3, 2, 0, 1]);
            let bias = find(ParameterRole::Bias).map(|bias| {
                let shape = [bias.len()];
                Tensor::<1>::from_data(TensorData::new(bias, shape), device)
            });
            let options = ConvOptions::new_with_padding(
                strides(window),
                padding(window, &layer.input),
                [1, 1],
                1,
            );
            Operation::Convolution { kernel, bias, options }
        }
        LayerKind::Dense { units, .. } => {
            let shape = [layer.input.last().copied().unwrap_or(1), *units as usize];
            let kernel = TensorData::new(need(ParameterRole::Kernel), shape);
            let kernel = Tensor::<2>::from_data(kernel, device);
            Operation::Dense { kernel, bias: find(ParameterRole::Bias).map(row) }
        }
        LayerKind::MaxPool2d { window } => {
            let mut options = MaxPoolOptions::new(window.size.map(|size| size as usize))
                .with_stride(strides(window));
            options.padding = padding(window, &layer.input);
            Operation::MaxPool(options)
        }
        LayerKind::AvgPool2d { window } => {
            let mut options = AvgPoolOptions::new(window.size.map(|size| size as usize))
                .with_stride(strides(window));
            options.padding = padding(window, &layer.input);
            options.count_include_pad = false;
            Operation::AvgPool(options)
        }
        LayerKind::GlobalAvgPool2d => Operation::GlobalAvgPool,
        LayerKind::Flatten => Operation::Flatten,
        LayerKind::Dropout { .. } | LayerKind::Activation { .. } => Operation::Identity,
        LayerKind::BatchNorm { epsilon, .. } => {
            let mean = need(ParameterRole::MovingMean);
            let gamma = find(ParameterRole::Gamma);
            // As on the `cpu` lane: in 64-bit floats, rounded once.
            let variance = need(ParameterRole::MovingVariance).into_iter().enumerate();
            let factor = variance.map(|(at, variance)| {
                let gamma = gamma.as_ref().map_or(1.0, |gamma| f64::from(gamma[at]));
                (gamma / (f64::from(variance) + f64::from(*epsilon)).sqrt()) as f32
            });
            let factor = row(factor.collect());
            let offset = find(ParameterRole::Beta).unwrap_or_else(|| vec![0.0; mean.len()]);
            Operation::BatchNorm { mean: row(mean), factor, offset: row(offset) }
        }
    }
}

fn strides(window: &Window) -> [usize; 2] {
    window.strides.map(|stride| stride as usize)
}

/// Padding before and after, down and across: TensorFlow's rule is not symmetric.
fn padding(window: &Window, input: &[usize]) -> [(usize, usize); 2] {
    [0, 1].map(|axis| {
        let (size, stride) = (window.size[axis] as usize, window.strides[axis] as usize);
        // An architecture's windows fit its shapes.
        let span = window.span(axis, input[axis]).expect("the architecture fits windows");
        let covered = (span.outputs - 1) * stride + size;
        (span.before, covered.saturating_sub(input[axis] + span.before))
    })
}
