//! The path norm: the sum, over all paths from an input to a logit, of the product of the squared
//! weights along the path. The network itself adds them up, once its weights are squared.
//!
//! Begin with [`PathNorm`]; the README has the definition and the source.

use std::collections::BTreeMap;

use assay_sdk::{
    Dataset, Error, LayerKind, Measure, Network, Parameter, ParameterRole, Tap, Tensor,
    export_measure,
};

/// The measure.
#[derive(Debug)]
pub struct PathNorm;

impl Measure for PathNorm {
    const NAME: &str = "path-norm";
    const AUTHORS: &[&str] = &["Behnam Neyshabur", "Ruslan Salakhutdinov", "Nathan Srebro"];

    fn evaluate(network: &Network<'_>, _: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let squared = squared(network)?;
        let ones = Tensor::full(&batch_of_one(&network.input_shape()), 1.0);
        Ok(f64::from(squared.logits(&ones)?.sum()))
    }
}

/// A copy of the network with every weight squared.
fn squared(network: &Network<'_>) -> Result<Network<'static>, Error> {
    let mut normalised: BTreeMap<u32, Affine> = BTreeMap::new();
    for (at, layer) in (0..).zip(network.layers()) {
        if layer.kind == LayerKind::BatchNorm {
            normalised.insert(at, Affine::of(network, at, &layer.input_shape)?);
        }
    }
    let mut replacements = Vec::new();
    for parameter in network.parameters() {
        let value = match normalised.get(&parameter.layer) {
            Some(affine) => affine.squared(&parameter),
            None => parameter.value().square(),
        };
        replacements.push((parameter.index(), value));
    }
    let replacements: Vec<_> = replacements.iter().map(|(index, value)| (*index, value)).collect();
    network.with_parameters(&replacements)
}

/// A batch norm as what it does: `scale · x + shift`, `[channels]` each.
struct Affine {
    scale: Tensor,
    shift: Tensor,
    /// Whether the layer learned a scale and a shift of its own; [`squared`](Affine::squared)
    /// writes the squares there, and into the moving statistics otherwise.
    learned: [bool; 2],
}

impl Affine {
    fn of(network: &Network<'_>, layer: u32, input_shape: &[u32]) -> Result<Self, Error> {
        let shape = batch_of_one(input_shape);
        let all_but_channels: Vec<u32> = (0..input_shape.len() as u32).collect();
        // Every position of a channel holds the same value.
        let channels = |map: &Tensor| map.max_axes(&all_but_channels);
        let linear = network.apply_linear(layer, &Tensor::full(&shape, 1.0))?;
        let taps = [Tap::pre_activation(layer)];
        let at_zero = network.activations_from(layer, &Tensor::full(&shape, 0.0), &taps)?;
        let own = |role| network.parameters().any(|one| one.layer == layer && one.role == role);
        Ok(Self {
            scale: channels(&linear),
            shift: channels(at_zero.first().ok_or("a tap gave no activation")?),
            learned: [own(ParameterRole::Gamma), own(ParameterRole::Beta)],
        })
    }

    /// What a parameter has to be for the layer to do `scale² · x + shift²`. The layer computes
    /// `gamma · (x - mean) / sqrt(variance + epsilon) + beta`, and epsilon is not known here.
    fn squared(&self, parameter: &Parameter<'_>) -> Tensor {
        let [scales, shifts] = self.learned;
        let value = parameter.value();
        match parameter.role {
            // The root in the denominator stays, so gamma needs one factor of the scale only.
            ParameterRole::Gamma => value * &self.scale,
            ParameterRole::Beta => self.shift.square(),
            ParameterRole::MovingMean if shifts => value * 0.0,
            // Without beta the shift is `-mean · scale`.
            ParameterRole::MovingMean => -value.square(),
            // Without gamma `variance + epsilon` is `scale^-2`, and has to become `scale^-4`.
            ParameterRole::MovingVariance if !scales => {
                let within = self.scale.square().reciprocal();
                value + within.square() - within
            }
            _ => value,
        }
    }
}

fn batch_of_one(shape: &[u32]) -> Vec<u32> {
    [&[1], shape].concat()
}

export_measure!(PathNorm);
