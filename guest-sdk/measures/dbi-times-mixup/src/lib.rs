//! The winning measure of 2020, of the Interpex team, without shuffling: Davies-Bouldin index ×
//! (1 − mixup accuracy).
//!
//! Begin with [`DbiTimesMixup`]; the README has the definition, the source and the published scores.
//! `dbi-mixup` is the same with the shuffles of 2020.

use assay_sdk::clusters::mean_early_davies_bouldin;
use assay_sdk::mixup::input_accuracy;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Examples of a round of the index.
const ROUND: u32 = 120;
/// So many rounds are looked at, or as many complete ones as there are.
const ROUNDS: u32 = 10;
/// Batches of the mixup hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 10;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;

/// The measure.
#[derive(Debug)]
pub struct DbiTimesMixup;

impl Measure for DbiTimesMixup {
    const NAME: &str = "dbi-times-mixup";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let index = mean_early_davies_bouldin(network, dataset, ROUND, ROUNDS)?;
        let kept = input_accuracy(network, dataset, EXAMPLES_PER_CLASS, BATCHES)?;
        Ok(index * (1.0 - kept))
    }
}

export_measure!(DbiTimesMixup);
