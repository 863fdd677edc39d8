//! The network: its description agrees with its weights, and its passes with each other. Derivatives,
//! linear parts and copies in files of their own.

mod copies;
mod derivatives;
mod linear;
mod objectives;

use assay_sdk::{Activation, Dataset, Error, LayerKind, Network, ParameterRole, Tap, Tensor};

use crate::check::{Checks, kind};

pub(crate) use copies::{copies, training};
pub(crate) use derivatives::{dualities, last_layer, refusals, slopes};
pub(crate) use linear::parts;
pub(crate) use objectives::objectives;

/// Examples in a batch: few, because the probe must fit every budget.
const EXAMPLES: u32 = 3;
/// Layers whose activations are taken, at three taps each: below the contract's 256 taps.
const LAYERS: u32 = 80;

pub(crate) fn layers(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let layers = network.layers();
    checks.that("there are layers", !layers.is_empty())?;
    checks.same("the network takes the data", network.input_shape(), dataset.shape())?;
    let mut shape = network.input_shape();
    let mut parameters = 0;
    for layer in &layers {
        checks.same("a layer takes what the last one gives", &layer.input_shape, &shape)?;
        shape.clone_from(&layer.output_shape);
        checks.same("parameters follow the layers", layer.first_parameter, parameters)?;
        parameters += layer.parameter_count;
        let slides =
            matches!(layer.kind, LayerKind::Conv2d | LayerKind::MaxPool2d | LayerKind::AvgPool2d);
        checks.same("windows belong to what slides", layer.window.is_some(), slides)?;
        let drops = layer.dropout_rate > 0.0;
        checks.that("only dropout drops", !drops || layer.kind == LayerKind::Dropout)?;
    }
    checks.same(
        "as many parameters as the layers say",
        network.parameters().len(),
        parameters as usize,
    )?;
    checks.same("the last layer gives one value per class", shape, vec![dataset.classes()])
}

pub(crate) fn parameters(checks: &mut Checks, network: &Network<'_>) -> Result<(), Error> {
    let layers = network.layers();
    for parameter in network.parameters() {
        let layer = &layers[parameter.layer as usize];
        let own = layer.first_parameter..layer.first_parameter + layer.parameter_count;
        checks.that("a parameter belongs to its layer", own.contains(&parameter.index()))?;
        let value = parameter.value();
        checks.same("shape of a value", value.shape(), parameter.shape.clone())?;
        checks.that("values are finite", value.abs().max().is_finite())?;
        match parameter.initial() {
            Ok(initial) => {
                checks.same("shape of an initial value", initial.shape(), parameter.shape)?;
            }
            Err(error) => {
                let unsupported = matches!(error, Error::Unsupported(_));
                checks.that("a task without initial weights says so", unsupported)?;
            }
        }
    }
    Ok(())
}

pub(crate) fn passes(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let layers = network.layers();
    let examples = EXAMPLES.min(dataset.examples());
    let batch = dataset.batch(0, examples)?;
    let logits = network.logits(&batch)?;
    checks.same("shape of the logits", logits.shape(), vec![examples, dataset.classes()])?;
    let alone = network.logits(&batch.slice(0, 0..1))?.to_vec();
    checks.same("an example alone", alone, logits.slice(0, 0..1).to_vec())?;
    // The last tap first: the answers come in the order asked, not in the order of the layers.
    let last = layers.len() as u32 - 1;
    let mut taps = vec![Tap::output(last)];
    for layer in 0..LAYERS.min(last + 1) {
        taps.extend([Tap::input(layer), Tap::pre_activation(layer), Tap::output(layer)]);
    }
    let taken = network.activations(&batch, &taps)?;
    checks.same("as many activations as taps", taken.len(), taps.len())?;
    let (end, by_layer) = taken.split_at(1);
    // The contract leaves open what the logits of a network are that ends in a softmax.
    if layers[last as usize].activation != Activation::Softmax {
        checks.same("logits leave the last layer", logits.to_vec(), end[0].to_vec())?;
    }
    let mut entering = batch.to_vec();
    for (layer, taken) in layers.iter().zip(by_layer.chunks(3)) {
        let [input, pre_activation, output] = taken else {
            return Err("check failed: three taps of every layer".into());
        };
        checks.same("what enters", input.to_vec(), entering)?;
        let mut shape = vec![examples];
        shape.extend(&layer.output_shape);
        checks.same("shape of what leaves", output.shape(), shape)?;
        let expected = activated(pre_activation, layer.activation);
        if let Some(expected) = expected {
            checks.same("what leaves is what was activated", output.to_vec(), expected.to_vec())?;
        }
        entering = output.to_vec();
    }
    from_layers(checks, network, &logits, by_layer)?;
    dense_by_hand(checks, network, by_layer)?;
    let narrow = batch.flatten_rows().slice(1, 0..1);
    checks.refused("logits of another shape", network.logits(&narrow), kind::SHAPE)?;
    checks.refused("no tap", network.activations(&batch, &[]), kind::ARGUMENT)?;
    let beyond = [Tap::output(last + 1)];
    checks.refused("a layer too many", network.activations(&batch, &beyond), kind::RANGE)
}

/// Passes from every layer on give what the whole pass gave there.
fn from_layers(
    checks: &mut Checks,
    network: &Network<'_>,
    logits: &Tensor,
    by_layer: &[Tensor],
) -> Result<(), Error> {
    let (logits, tapped) = (logits.to_vec(), by_layer.len() / 3);
    let last = &by_layer[3 * tapped - 1].to_vec();
    let layers = network.layers().len() as u32;
    for (layer, input) in (0..).zip(by_layer.iter().step_by(3)) {
        checks.same("logits-from", network.logits_from(layer, input)?.to_vec(), logits.clone())?;
        // The end first: the answers come in the order asked.
        let taps = [Tap::output(tapped as u32 - 1), Tap::input(layer)];
        let taken = network.activations_from(layer, input, &taps)?;
        checks.same("activations-from, the end", taken[0].to_vec(), last.clone())?;
        checks.same("activations-from, the start", taken[1].to_vec(), input.to_vec())?;
    }
    let input = &by_layer[0];
    let beyond = network.logits_from(layers, input);
    checks.refused("logits from a layer too many", beyond, kind::RANGE)?;
    let narrow = input.flatten_rows().slice(1, 0..1);
    checks.refused("another shape", network.logits_from(0, &narrow), kind::SHAPE)?;
    let none = network.activations_from(0, input, &[]);
    checks.refused("no tap from a layer", none, kind::ARGUMENT)?;
    if tapped > 1 {
        let before = network.activations_from(1, &by_layer[3], &[Tap::output(0)]);
        checks.refused("a tap before the entry", before, kind::RANGE)?;
    }
    Ok(())
}

/// What the activations that are also tensor functions make of a result.
fn activated(pre_activation: &Tensor, activation: Activation) -> Option<Tensor> {
    match activation {
        Activation::Linear => Some(pre_activation * 1.0),
        Activation::Relu => Some(pre_activation.relu()),
        _ => None,
    }
}

/// The last dense layer with a bias, computed from its weights, agrees with the network's own pass.
fn dense_by_hand(
    checks: &mut Checks,
    network: &Network<'_>,
    by_layer: &[Tensor],
) -> Result<(), Error> {
    let layers = network.layers();
    let is_dense = |layer: &assay_sdk::Layer| {
        layer.kind == LayerKind::Dense && layer.input_shape.len() == 1 && layer.parameter_count == 2
    };
    // Only layers that were tapped.
    let tapped = by_layer.len() / 3;
    let Some(position) = layers.iter().take(tapped).rposition(is_dense) else {
        return Ok(());
    };
    let own: Vec<_> =
        network.parameters().filter(|parameter| parameter.layer as usize == position).collect();
    let roles: Vec<ParameterRole> = own.iter().map(|parameter| parameter.role).collect();
    checks.same(
        "roles of a dense layer",
        roles,
        vec![ParameterRole::Kernel, ParameterRole::Bias],
    )?;
    let [input, found] = [&by_layer[3 * position], &by_layer[3 * position + 1]];
    let expected = input.matmul(&own[0].value()) + own[1].value();
    let distance = (found - &expected).abs().max();
    let scale = expected.abs().max().max(1.0);
    checks.that("a dense layer by hand", distance <= 1e-4 * scale)
}
