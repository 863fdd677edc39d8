//! Label-wise mixup of hidden activations, of the Interpex team: how often the midpoint of two
//! examples of a class, taken before the first layer's activation, loses their label.
//!
//! Begin with [`ManifoldMixup`]; the README has the definition and the source.

mod activation;

use assay_sdk::mixup::{Pairs, label_accuracy};
use assay_sdk::{Activation, Dataset, Error, Measure, Network, Tap, Tensor, export_measure};

/// Batches hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 5;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 20;

/// The measure.
#[derive(Debug)]
pub struct ManifoldMixup;

impl Measure for ManifoldMixup {
    const NAME: &str = "manifold-mixup";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let layers = network.layers();
        let [first, _, ..] = layers.as_slice() else {
            return Err("a network of one layer has no hidden activations".into());
        };
        let size = EXAMPLES_PER_CLASS.saturating_mul(dataset.classes());
        let kept = label_accuracy(dataset.batches(size).take(BATCHES), |inputs, pairs| {
            predict_hidden(network, first.activation, inputs, pairs)
        })?;
        Ok(1.0 - kept)
    }
}

/// The class of each midpoint of pairs at the first layer, before its activation.
fn predict_hidden(
    network: &Network<'_>,
    activation: Activation,
    inputs: &Tensor,
    pairs: &Pairs,
) -> Result<Vec<u32>, Error> {
    let mut predicted = Vec::with_capacity(pairs.labels.len());
    for hidden in network.activations(inputs, &[Tap::pre_activation(0)])? {
        for midpoints in pairs.midpoints(&hidden) {
            let activated = activation::apply(activation, midpoints);
            predicted.extend(network.logits_from(1, &activated)?.arg_max());
        }
    }
    Ok(predicted)
}

export_measure!(ManifoldMixup);
