//! The mean margin at the first layer's output, normalised by the features' spread.
//!
//! Begin with [`MarginFirstLayer`]; the README has the definition and the source.

use assay_sdk::margins::mean_at_first_kernel;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Examples of a batch.
const BATCH: u32 = 50;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;

/// The measure.
#[derive(Debug)]
pub struct MarginFirstLayer;

impl Measure for MarginFirstLayer {
    const NAME: &str = "margin-first-layer";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let batches = dataset.batches(BATCH).take(BATCHES);
        let margin = mean_at_first_kernel(
            network,
            batches.map(|batch| batch.map(|batch| (batch.inputs, batch.labels))),
        )?;
        Ok(-margin)
    }
}

export_measure!(MarginFirstLayer);
