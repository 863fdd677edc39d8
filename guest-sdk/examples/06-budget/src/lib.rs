//! The budget: a measure that could go on for ever, and stops where it has promised to.

use assay_sdk::{
    Batch, Dataset, Error, Measure, Network, Weights, budget, export_measure, log, random,
};

const EXAMPLES: u32 = 500;
/// Deviation of the noise, as a share of each array's own.
const NOISE: f32 = 0.1;
/// The part of the unit's work that this measure allows itself. One that runs out is stopped without a
/// value, so some is left for what comes after the loop.
const SHARE: u64 = 50;
/// A standard error below which more draws do not change the order of networks.
const SETTLED: f64 = 0.002;
/// Fewer draws have no deviation to speak of.
const DRAWS_MIN: usize = 4;

/// How much the loss grows when noise is added to the weights: a mean over draws, as many as the budget
/// bears or until the mean has settled.
struct NoisyLoss;

impl Measure for NoisyLoss {
    const NAME: &str = "example-budget";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let batch = dataset.first(EXAMPLES)?;
        let loss = batch.loss(network)?;
        let allowance = budget::work_limit() / SHARE;
        let start = budget::work_left();
        let mut growth: Vec<f64> = Vec::new();
        loop {
            let before = budget::work_left();
            growth.push(noisy(network, &batch, seed, growth.len() as u32)? - loss);
            let left = budget::work_left();
            // All draws cost the same, as prices follow from shapes alone: this one tells the next one's.
            let (draw, used) = (before - left, start - left);
            let settled = growth.len() >= DRAWS_MIN && standard_error(&growth) < SETTLED;
            if settled || used + draw > allowance {
                let share = 100.0 * used as f64 / budget::work_limit() as f64;
                log::info!("{} draws, {share:.2} % of the work", growth.len());
                return Ok(mean(&growth));
            }
        }
    }
}

/// The loss of one noisy copy. The copy's memory is the host's again when it is dropped.
fn noisy(network: &Network<'_>, batch: &Batch, seed: u64, draw: u32) -> Result<f64, Error> {
    let weights = Weights::kernels(network);
    let noise = weights.draw(seed, draw, random::normal);
    let moved =
        weights.zip(&noise, |weight, noise| weight + noise * (weight.variance().sqrt() * NOISE));
    batch.loss(&network.with_weights(&moved)?)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Of the mean of at least two values.
fn standard_error(values: &[f64]) -> f64 {
    let (mean, count) = (mean(values), values.len() as f64);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt()
}

export_measure!(NoisyLoss);

#[cfg(test)]
mod tests {
    use super::{mean, standard_error};

    #[test]
    fn the_error_of_a_mean_falls_with_the_root_of_the_count() {
        assert_eq!(mean(&[1.0, 3.0]), 2.0);
        assert_eq!(standard_error(&[1.0, 3.0]), 1.0);
        assert_eq!(standard_error(&[5.0; 4]), 0.0);
    }
}
