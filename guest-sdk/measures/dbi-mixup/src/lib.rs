//! The winning measure of 2020, of the Interpex team: Davies-Bouldin index × (1 − mixup accuracy).
//!
//! Begin with [`DbiMixup`]; the README has the definition, the source and the published scores.
//! `dbi-times-mixup` is the same without shuffling.

use assay_sdk::clusters::early_davies_bouldin;
use assay_sdk::mixup::input_accuracy;
use assay_sdk::samples::Sample;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Examples of a round of the index.
const ROUND: u32 = 120;
/// Rounds of the index.
const ROUNDS: u32 = 10;
/// Batches of the mixup hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 10;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;
/// The first of the streams that the rounds are shuffled by.
const STREAM: u64 = 0;

/// The measure.
#[derive(Debug)]
pub struct DbiMixup;

impl Measure for DbiMixup {
    const NAME: &str = "dbi-mixup";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let mut index = 0.0;
        for round in Sample::repeated(dataset, ROUND * ROUNDS, seed, STREAM)?.batches(ROUND) {
            let round = round?;
            index += early_davies_bouldin(network, &round.inputs, &round.labels)?;
        }
        let kept = input_accuracy(network, dataset, EXAMPLES_PER_CLASS, BATCHES)?;
        Ok(index / f64::from(ROUNDS) * (1.0 - kept))
    }
}

export_measure!(DbiMixup);
