//! The PAC-Bayes notion of flatness: how large Gaussian noise on the weights may be before the
//! training accuracy falls by a tenth.
//!
//! Begin with [`PacBayesFlatness`]; the README has the definition and the source.

use assay_sdk::search::largest;
use assay_sdk::{Batch, Dataset, Error, Measure, Network, Weights, export_measure, random};

/// So many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 500;
/// Noises over which the accuracy is averaged; the same ones, scaled, at every size.
const DRAWS: u32 = 5;
/// By how much the accuracy may fall.
const FALL_MAX: f64 = 0.1;
/// The size that the search begins with, how often it is doubled or halved, and how often the last
/// interval is halved.
const START: f64 = 1.0 / 16.0;
const REACH: u32 = 20;
const STEPS: u32 = 8;

/// The measure.
#[derive(Debug)]
pub struct PacBayesFlatness;

impl Measure for PacBayesFlatness {
    const NAME: &str = "pac-bayes-flatness";
    const AUTHORS: &[&str] =
        &["Yiding Jiang", "Behnam Neyshabur", "Hossein Mobahi", "Dilip Krishnan", "Samy Bengio"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let batch = dataset.first(EXAMPLES)?;
        let weights = Weights::trained(network);
        let accuracy = batch.accuracy(network)?;
        let deviation = largest(START, REACH, STEPS, |deviation| {
            let noisy = noisy_accuracy(network, &weights, &batch, deviation, seed)?;
            Ok::<_, Error>(accuracy - noisy <= FALL_MAX)
        })?;
        // Infinite if not even the smallest noise is borne.
        Ok(deviation.powi(-2))
    }
}

/// The mean accuracy under noise of a standard deviation.
fn noisy_accuracy(
    network: &Network<'_>,
    weights: &Weights,
    batch: &Batch,
    deviation: f64,
    seed: u64,
) -> Result<f64, Error> {
    let mut sum = 0.0;
    for draw in 0..DRAWS {
        let noise = weights.draw(seed, draw, random::normal);
        let noisy = weights.zip(&noise, |weight, noise| weight + noise * deviation as f32);
        sum += batch.accuracy(&network.with_weights(&noisy)?)?;
    }
    Ok(sum / f64::from(DRAWS))
}

export_measure!(PacBayesFlatness);
