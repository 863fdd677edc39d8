//! A network's logits on Burn, so that autodiff can follow them.
//!
//! Parameters stay in the project's layout (flat, kernels `[kh, kw, in, out]`, examples channels
//! last) and are permuted to Burn's inside the graph, so gradients come back in the project's layout
//! and there is no second place that converts weights.

use assay_network::{Activation, Architecture, Layer, LayerKind, Padding, Window};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData};

/// A layer that the trainer cannot differentiate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("layer {layer} ({kind}): the trainer has no {what}")]
pub struct Unsupported {
    layer: usize,
    kind: &'static str,
    what: &'static str,
}

/// Factors of a dropout layer: given its rate and the number of values, zeros and `1 / (1 - rate)`.
pub(crate) type Masks<'a> = &'a mut dyn FnMut(f32, usize) -> Vec<f32>;

/// What flows between two layers: pictures are `[n, c, h, w]` here, as Burn wants them.
enum Flow {
    Pictures(Tensor<4>),
    Rows(Tensor<2>),
}

/// Logits `[n, classes]` of `n` examples given row-major, channels last. `masks` makes it a
/// training pass.
pub(crate) fn logits(
    architecture: &Architecture,
    weights: &[Tensor<1>],
    examples: Vec<f32>,
    mut masks: Option<Masks<'_>>,
    device: &Device,
) -> Result<Tensor<2>, Unsupported> {
    let mut flow = enter(architecture.input(), examples, device)?;
    for (index, layer) in architecture.layers().iter().enumerate() {
        let parameters = &weights[layer.parameters.clone()];
        let masks = masks.as_mut().map(|masks| &mut **masks as Masks<'_>);
        flow = step(layer, parameters, flow, masks, device).map_err(|what| Unsupported {
            layer: index,
            kind: layer.kind.name(),
            what,
        })?;
    }
    match flow {
        Flow::Rows(rows) => Ok(rows),
        Flow::Pictures(_) => Err(Unsupported {
            layer: architecture.layers().len(),
            kind: "output",
            what: "loss for pictures, only for one row of logits per example",
        }),
    }
}

fn enter(shape: &[usize], examples: Vec<f32>, device: &Device) -> Result<Flow, Unsupported> {
    let size: usize = shape.iter().product();
    let count = examples.len() / size;
    match shape {
        [height, width, channels] => {
            let data = TensorData::new(examples, [count, *height, *width, *channels]);
            let pictures = Tensor::<4>::from_data(data, device).permute([0, 3, 1, 2]);
            Ok(Flow::Pictures(pictures))
        }
        [size] => {
            let data = TensorData::new(examples, [count, *size]);
            Ok(Flow::Rows(Tensor::from_data(data, device)))
        }
        _ => Err(Unsupported {
            layer: 0,
            kind: "input",
            what: "inputs but pictures [h, w, c] and rows [n]",
        }),
    }
}

fn step(
    layer: &Layer,
    parameters: &[Tensor<1>],
    flow: Flow,
    masks: Option<Masks<'_>>,
    device: &Device,
) -> Result<Flow, &'static str> {
    match (&layer.kind, flow) {
        (LayerKind::Conv2d { window, activation, filters, .. }, Flow::Pictures(x)) => {
            let [kernel, rest @ ..] = parameters else { return Err("kernel for it") };
            let [height, width] = window.size.map(|size| size as usize);
            let shape = [height, width, layer.input[2], *filters as usize];
            let kernel = kernel.clone().reshape(shape).permute([3, 2, 0, 1]);
            let options = conv_options(window, &layer.input);
            let y = conv2d(x, kernel, rest.first().cloned(), options);
            Ok(Flow::Pictures(activate(y, *activation)?))
        }
        (LayerKind::Dense { activation, units, .. }, Flow::Rows(x)) => {
            let [kernel, rest @ ..] = parameters else { return Err("kernel for it") };
            let units = *units as usize;
            let mut y = x.matmul(kernel.clone().reshape([layer.input[0], units]));
            if let Some(bias) = rest.first() {
                y = y + bias.clone().reshape([1, units]);
            }
            Ok(Flow::Rows(activate(y, *activation)?))
        }
        (LayerKind::MaxPool2d { window }, Flow::Pictures(x)) => {
            if window.padding != Padding::Valid {
                return Err("padded pooling");
            }
            let options = MaxPoolOptions::new(window.size.map(|size| size as usize))
                .with_stride(window.strides.map(|stride| stride as usize));
            Ok(Flow::Pictures(max_pool2d(x, options)))
        }
        (LayerKind::Flatten, Flow::Pictures(x)) => {
            let [count, channels, height, width] = x.dims();
            // Channels last, because that is the order in which a dense kernel's rows are stored.
            let rows = x.permute([0, 2, 3, 1]).reshape([count, channels * height * width]);
            Ok(Flow::Rows(rows))
        }
        (LayerKind::Flatten, rows @ Flow::Rows(_)) => Ok(rows),
        (LayerKind::Dropout { rate }, Flow::Rows(x)) => Ok(Flow::Rows(match masks {
            Some(masks) if *rate > 0.0 => {
                let [count, width] = x.dims();
                let data = TensorData::new(masks(*rate, count * width), [count, width]);
                x * Tensor::from_data(data, device)
            }
            _ => x,
        })),
        (LayerKind::Activation { activation }, Flow::Pictures(x)) => {
            Ok(Flow::Pictures(activate(x, *activation)?))
        }
        (LayerKind::Activation { activation }, Flow::Rows(x)) => {
            Ok(Flow::Rows(activate(x, *activation)?))
        }
        _ => Err("derivative of it in this place"),
    }
}

fn conv_options(window: &Window, input: &[usize]) -> ConvOptions<2> {
    let padding = |axis: usize| {
        let (size, stride) = (window.size[axis] as usize, window.strides[axis] as usize);
        let Some(span) = window.span(axis, input[axis]) else { return (0, 0) };
        let covered = (span.outputs - 1) * stride + size;
        (span.before, covered.saturating_sub(input[axis] + span.before))
    };
    let strides = window.strides.map(|stride| stride as usize);
    ConvOptions::new_with_padding(strides, [padding(0), padding(1)], [1, 1], 1)
}

fn activate<const D: usize>(
    x: Tensor<D>,
    activation: Activation,
) -> Result<Tensor<D>, &'static str> {
    match activation {
        Activation::Linear => Ok(x),
        Activation::Relu => Ok(relu(x)),
        _ => Err("activations but linear and relu"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use assay_call::{Tap, TapPoint};
    use assay_engine::{Lane, PreparedNetwork, forward};
    use assay_network::Network;

    use super::*;
    use crate::random::Random;

    fn conv(filters: u32, stride: u32, padding: Padding) -> LayerKind {
        LayerKind::Conv2d {
            filters,
            window: Window { size: [3, 3], strides: [stride; 2], padding },
            activation: Activation::Relu,
            bias: true,
        }
    }

    fn random(purpose: &str, count: usize) -> Vec<f32> {
        let mut random = Random::new(purpose, &[]);
        (0..count).map(|_| 2.0 * random.unit() - 1.0).collect()
    }

    #[test]
    fn logits_are_those_of_the_engine() {
        let pool = LayerKind::MaxPool2d {
            window: Window { size: [2, 2], strides: [2, 2], padding: Padding::Valid },
        };
        let dense = |units, activation| LayerKind::Dense { units, activation, bias: true };
        // Odd sizes and a stride make padding uneven, which is where the two could part.
        let kinds = vec![
            conv(4, 1, Padding::Same),
            conv(6, 2, Padding::Same),
            pool,
            conv(5, 1, Padding::Valid),
            LayerKind::Flatten,
            dense(7, Activation::Relu),
            LayerKind::Dropout { rate: 0.5 },
            dense(3, Activation::Linear),
        ];
        let architecture = Arc::new(Architecture::new(&[14, 15, 2], kinds).unwrap());
        let arrays: Vec<Vec<f32>> = architecture
            .parameters()
            .iter()
            .enumerate()
            .map(|(i, p)| {
                random(&format!("parameter {i}"), p.shape.iter().product())
                    .iter()
                    .map(|w| w * 0.3)
                    .collect()
            })
            .collect();
        let examples = random("examples", 5 * 14 * 15 * 2);
        let device = Device::flex();
        let tensors: Vec<Tensor<1>> = arrays
            .iter()
            .map(|a| Tensor::from_data(TensorData::new(a.clone(), [a.len()]), &device))
            .collect();
        let ours = logits(&architecture, &tensors, examples.clone(), None, &device).unwrap();
        let ours: Vec<f32> = ours.into_data().try_into_vec().unwrap();
        let network = Network::new(architecture, arrays, None).unwrap();
        let tap = Tap { layer: 7, point: TapPoint::Output };
        let prepared = PreparedNetwork::new(network);
        let theirs = forward(&Lane::new(1).unwrap(), &prepared, &examples, &[tap]).remove(0);
        assert_eq!(ours.len(), theirs.len());
        let largest = theirs.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        assert!(largest > 0.1, "{largest}");
        for (a, b) in ours.iter().zip(&theirs) {
            assert!((a - b).abs() <= 1e-4, "{a} {b}");
        }
    }
}
