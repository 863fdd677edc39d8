//! Label-wise mixup accuracy of the Interpex team: how often the midpoint of two examples of a class
//! is predicted as that class.
//!
//! Begin with [`MixupAccuracy`]; the README has the source, the sign and the published scores.

use assay_sdk::mixup::input_accuracy;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Batches hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 10;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;

/// The measure.
#[derive(Debug)]
pub struct MixupAccuracy;

impl Measure for MixupAccuracy {
    const NAME: &str = "mixup-accuracy";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        input_accuracy(network, dataset, EXAMPLES_PER_CLASS, BATCHES)
    }
}

export_measure!(MixupAccuracy);
