//! A network in 64-bit floats, index by index from the layers' definitions: the oracle of derivatives.

#![allow(dead_code, reason = "every test file uses a part")]

pub(crate) mod compare;
pub(crate) mod networks;

use std::sync::Arc;

use assay_call::TapPoint;
use assay_engine::{Objective, PreparedNetwork};
use assay_network::{Activation, Layer, LayerKind, Padding, ParameterRole, Window};

/// A place from which the reference goes on.
pub(crate) type Place = (usize, TapPoint);

/// One network with weights in 64-bit floats.
#[derive(Clone)]
pub(crate) struct Reference {
    layers: Vec<Layer>,
    roles: Vec<ParameterRole>,
    pub(crate) weights: Vec<Vec<f64>>,
}

impl Reference {
    pub(crate) fn new(network: &PreparedNetwork) -> Self {
        let network = network.network();
        let wide = |values: &Arc<[f32]>| values.iter().copied().map(f64::from).collect();
        Self {
            layers: network.architecture().layers().to_vec(),
            roles: network.architecture().parameters().iter().map(|own| own.role).collect(),
            weights: network.weights().iter().map(wide).collect(),
        }
    }

    /// The network at `step` times a change of the parameters. Moving statistics stay.
    pub(crate) fn moved(&self, change: &[Vec<f32>], step: f64) -> Self {
        use ParameterRole::{MovingMean, MovingVariance};
        let mut moved = self.clone();
        for ((weights, change), role) in moved.weights.iter_mut().zip(change).zip(&self.roles) {
            if !matches!(role, MovingMean | MovingVariance) {
                *weights = compare::moved(weights, change, step);
            }
        }
        moved
    }

    /// Runs one example from a place to another.
    pub(crate) fn run(&self, from: Place, x: &[f64], to: Place) -> Vec<f64> {
        let order = |(layer, point): Place| {
            3 * layer
                + match point {
                    TapPoint::Input => 0,
                    TapPoint::PreActivation => 1,
                    TapPoint::Output => 2,
                }
        };
        let mut x = x.to_vec();
        let mut at = order(from);
        while at < order(to) {
            let layer = &self.layers[at / 3];
            x = match at % 3 {
                0 => self.layer(layer, &x),
                1 => activate(layer.kind.activation(), &x, *layer.output.last().unwrap()),
                _ => x,
            };
            at += 1;
        }
        x
    }

    /// The logits of one example, from a place on.
    pub(crate) fn logits(&self, from: Place, x: &[f64]) -> Vec<f64> {
        self.run(from, x, (self.layers.len() - 1, TapPoint::Output))
    }

    fn parameter(&self, layer: &Layer, role: ParameterRole) -> Option<&[f64]> {
        layer.parameters.clone().find(|at| self.roles[*at] == role).map(|at| &*self.weights[at])
    }

    /// A layer without its activation.
    fn layer(&self, layer: &Layer, x: &[f64]) -> Vec<f64> {
        let own = |role| self.parameter(layer, role);
        let last = *layer.output.last().unwrap();
        match &layer.kind {
            LayerKind::Conv2d { window, .. } => {
                let (kernel, bias) =
                    (own(ParameterRole::Kernel).unwrap(), own(ParameterRole::Bias));
                convolve(&layer.input, window, x, kernel, bias, last)
            }
            LayerKind::Dense { .. } => {
                let (kernel, bias) =
                    (own(ParameterRole::Kernel).unwrap(), own(ParameterRole::Bias));
                let width = *layer.input.last().unwrap();
                let value = |row: &[f64], unit: usize| {
                    let terms = row.iter().enumerate().map(|(i, x)| x * kernel[i * last + unit]);
                    terms.sum::<f64>() + bias.map_or(0.0, |bias| bias[unit])
                };
                let rows = x.chunks_exact(width);
                rows.flat_map(|row| (0..last).map(move |unit| value(row, unit))).collect()
            }
            LayerKind::MaxPool2d { window } => pool(&layer.input, window, x, |values| {
                values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
            }),
            LayerKind::AvgPool2d { window } => pool(&layer.input, window, x, |values| {
                values.iter().sum::<f64>() / values.len() as f64
            }),
            LayerKind::GlobalAvgPool2d => {
                let pixels = x.len() / last;
                let channel = |c: usize| x[c..].iter().step_by(last).sum::<f64>() / pixels as f64;
                (0..last).map(channel).collect()
            }
            LayerKind::BatchNorm { epsilon, .. } => {
                let (mean, variance) =
                    (own(ParameterRole::MovingMean), own(ParameterRole::MovingVariance));
                let (mean, variance) = (mean.unwrap(), variance.unwrap());
                let (gamma, beta) = (own(ParameterRole::Gamma), own(ParameterRole::Beta));
                let value = |(i, x): (usize, &f64)| {
                    let c = i % last;
                    let normal = (x - mean[c]) / (variance[c] + f64::from(*epsilon)).sqrt();
                    normal * gamma.map_or(1.0, |gamma| gamma[c]) + beta.map_or(0.0, |beta| beta[c])
                };
                x.iter().enumerate().map(value).collect()
            }
            LayerKind::Flatten | LayerKind::Dropout { .. } | LayerKind::Activation { .. } => {
                x.to_vec()
            }
        }
    }
}

/// TensorFlow's window arithmetic: first input position of every output position.
pub(crate) fn starts(length: usize, window: &Window, axis: usize) -> Vec<isize> {
    let (size, stride) = (window.size[axis] as usize, window.strides[axis] as usize);
    let (outputs, before) = match window.padding {
        Padding::Valid => ((length - size) / stride + 1, 0),
        Padding::Same => {
            let outputs = length.div_ceil(stride);
            let total = ((outputs - 1) * stride + size).saturating_sub(length);
            (outputs, total / 2)
        }
    };
    (0..outputs).map(|output| (output * stride) as isize - before as isize).collect()
}

/// Every window as the list of (position in the window, pixel of the image) inside.
fn windows(shape: &[usize], window: &Window) -> Vec<Vec<(usize, usize)>> {
    let mut all = Vec::new();
    for top in starts(shape[0], window, 0) {
        for left in starts(shape[1], window, 1) {
            let mut inside = Vec::new();
            for dy in 0..window.size[0] as usize {
                for dx in 0..window.size[1] as usize {
                    let (y, x) = (top + dy as isize, left + dx as isize);
                    if (0..shape[0] as isize).contains(&y) && (0..shape[1] as isize).contains(&x) {
                        let within = dy * window.size[1] as usize + dx;
                        inside.push((within, y as usize * shape[1] + x as usize));
                    }
                }
            }
            all.push(inside);
        }
    }
    all
}

fn convolve(
    shape: &[usize],
    window: &Window,
    x: &[f64],
    kernel: &[f64],
    bias: Option<&[f64]>,
    filters: usize,
) -> Vec<f64> {
    let channels = shape[2];
    let mut out = Vec::new();
    for inside in windows(shape, window) {
        for filter in 0..filters {
            let mut sum = bias.map_or(0.0, |bias| bias[filter]);
            for (within, pixel) in &inside {
                for channel in 0..channels {
                    let weight = kernel[(within * channels + channel) * filters + filter];
                    sum += weight * x[pixel * channels + channel];
                }
            }
            out.push(sum);
        }
    }
    out
}

fn pool(shape: &[usize], window: &Window, x: &[f64], function: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut out = Vec::new();
    for inside in windows(shape, window) {
        for channel in 0..shape[2] {
            let values: Vec<f64> =
                inside.iter().map(|(_, pixel)| x[pixel * shape[2] + channel]).collect();
            out.push(function(&values));
        }
    }
    out
}

/// The error function: its series near zero, else the continued fraction of its complement.
fn erf(x: f64) -> f64 {
    let root = std::f64::consts::PI.sqrt();
    if x.abs() > 2.5 {
        let tail = (1..80).rev().fold(x.abs(), |tail, n| x.abs() + 0.5 * f64::from(n) / tail);
        return x.signum() * (1.0 - (-x * x).exp() / root / tail);
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..100 {
        let n = f64::from(n);
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    sum * 2.0 / root
}

fn activate(activation: Activation, x: &[f64], last: usize) -> Vec<f64> {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let (scale, alpha) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
    let elu = |x: f64| if x > 0.0 { x } else { x.exp() - 1.0 };
    let function = |x: f64| match activation {
        Activation::Linear | Activation::Softmax => x,
        Activation::Relu => x.max(0.0),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => sigmoid(x),
        Activation::Elu => elu(x),
        Activation::Selu => scale * if x > 0.0 { x } else { alpha * elu(x) },
        Activation::Softplus => (1.0 + x.exp()).ln(),
        Activation::Softsign => x / (1.0 + x.abs()),
        Activation::Swish => x * sigmoid(x),
        Activation::Gelu => 0.5 * x * (1.0 + erf(x / 2.0_f64.sqrt())),
        Activation::Exponential => x.exp(),
        Activation::HardSigmoid => (0.2 * x + 0.5).clamp(0.0, 1.0),
    };
    if activation == Activation::Softmax {
        return x.chunks_exact(last).flat_map(softmax).collect();
    }
    x.iter().copied().map(function).collect()
}

fn softmax(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().map(|x| x.exp()).sum();
    row.iter().map(|x| x.exp() / sum).collect()
}

/// An objective of one example's logits.
pub(crate) fn value(objective: &Objective<'_>, example: usize, logits: &[f64]) -> f64 {
    let given = |values: &[f32]| -> Vec<f64> {
        values[example * logits.len()..][..logits.len()].iter().copied().map(f64::from).collect()
    };
    let sum = |terms: Vec<f64>, with: &dyn Fn(f64, f64) -> f64| -> f64 {
        logits.iter().zip(terms).map(|(z, term)| with(*z, term)).sum()
    };
    let entropy = logits.iter().map(|z| z.exp()).sum::<f64>().ln();
    match objective {
        Objective::Cotangent(values) => sum(given(values), &|z, c| z * c),
        Objective::CrossEntropy(labels) => entropy - logits[labels[example] as usize],
        Objective::SoftCrossEntropy(values) => sum(given(values), &|z, p| p * (entropy - z)),
        Objective::SquaredError(values) => sum(given(values), &|z, t| 0.5 * (z - t) * (z - t)),
        Objective::Logit(labels) => logits[labels[example] as usize],
        Objective::LogitDifference(pairs) => {
            logits[pairs[example].0 as usize] - logits[pairs[example].1 as usize]
        }
        Objective::Margin(labels) => {
            let label = labels[example] as usize;
            let others = (0..logits.len()).filter(|class| *class != label);
            logits[label] - others.map(|class| logits[class]).fold(f64::NEG_INFINITY, f64::max)
        }
    }
}
