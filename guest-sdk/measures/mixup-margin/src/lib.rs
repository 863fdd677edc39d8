//! The mean margin of mixed examples at the first layer's output, of the Interpex team.
//!
//! Begin with [`MixupMargin`]; the README has the definition, the source and the published scores.

use assay_sdk::margins::mean_at_first_kernel;
use assay_sdk::mixup::partners;
use assay_sdk::samples::Sample;
use assay_sdk::{Batch, Dataset, Error, Measure, Network, Tensor, export_measure, random};

/// Examples that are looked at, or as many as there are.
const EXAMPLES: u32 = 500;
/// Examples of a batch.
const BATCH: u32 = 50;
/// Which examples: one stream. Partners: one for each batch, after it.
const STREAM: u64 = 0;

/// The measure.
#[derive(Debug)]
pub struct MixupMargin;

impl Measure for MixupMargin {
    const NAME: &str = "mixup-margin";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let sample = Sample::shuffled(dataset, EXAMPLES, seed, STREAM)?;
        let batches = (STREAM + 1..).zip(sample.batches(BATCH));
        let mixed = batches.map(|(stream, batch)| mixed(&batch?, seed, stream));
        Ok(-mean_at_first_kernel(network, mixed)?)
    }
}

/// Every example of a batch half and half with one of its class.
fn mixed(batch: &Batch, seed: u64, stream: u64) -> Result<(Tensor, Vec<u32>), Error> {
    let order = random::permutation(seed, stream, batch.labels.len() as u32)?;
    let partners = batch.inputs.gather_rows(&partners(&batch.labels, &order));
    Ok(((&batch.inputs + partners) * 0.5, batch.labels.clone()))
}

export_measure!(MixupMargin);
