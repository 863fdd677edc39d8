//! Label-wise mixup accuracy of the Interpex team: how often the midpoint of two examples of a class
//! is predicted as that class.
//!
//! Begin with [`MixupAccuracy`]; the README has the source, the sign and the published scores.

mod pairs;
mod tally;

use assay_sdk::{Batch, Dataset, Error, Measure, Network, export_measure};

use crate::pairs::Pairs;
use crate::tally::Tally;

/// Batches hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 10;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;
/// Most elements and most rows of one forward pass: a quarter of what a tensor may hold, so that the
/// pair's two sides, their midpoint and the activations fit beside each other.
const ELEMENTS_MAX: u32 = 1 << 24;
const ROWS_MAX: u32 = 1 << 16;

/// The measure.
#[derive(Debug)]
pub struct MixupAccuracy;

impl Measure for MixupAccuracy {
    const NAME: &str = "mixup-accuracy";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let size = EXAMPLES_PER_CLASS.saturating_mul(dataset.classes());
        let mut tally = Tally::default();
        for batch in dataset.batches(size).take(BATCHES) {
            add_batch(network, &batch?, &mut tally)?;
        }
        tally.mean().ok_or_else(|| {
            format!("no class has two examples in any of the first {BATCHES} batches of {size}")
                .into()
        })
    }
}

/// Mixes every class of the batch with itself and counts how often its label is kept.
fn add_batch(network: &Network<'_>, batch: &Batch, tally: &mut Tally) -> Result<(), Error> {
    let pairs = Pairs::of_equal_labels(&batch.labels);
    // A product beyond any tensor's limit saturates: then each pair goes alone.
    let elements = network
        .input_shape()
        .iter()
        .fold(1, |product: u32, &length| product.saturating_mul(length));
    let rows = (ELEMENTS_MAX / elements.max(1)).clamp(1, ROWS_MAX) as usize;
    let mut predicted = Vec::with_capacity(pairs.labels.len());
    for (firsts, seconds) in pairs.firsts.chunks(rows).zip(pairs.seconds.chunks(rows)) {
        let middles = (batch.inputs.gather_rows(firsts) + batch.inputs.gather_rows(seconds)) * 0.5;
        predicted.extend(network.logits(&middles)?.arg_max());
    }
    tally.add_batch(&pairs.labels, &predicted);
    Ok(())
}

export_measure!(MixupAccuracy);
