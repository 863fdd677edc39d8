//! The trace of the Hessian of the training loss with respect to the weights, by Hutchinson's
//! estimator: the mean of `v · H v` over random directions `v` of ones and minus ones.
//!
//! Begin with [`HutchinsonTrace`]; the README has the definition, the source and published scores.

use assay_sdk::{
    Dataset, Error, Measure, Network, Objective, Tangent, Tensor, Weights, export_measure, random,
};

/// So many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 300;
/// Random directions.
const PROBES: u32 = 30;

/// The measure.
#[derive(Debug)]
pub struct HutchinsonTrace;

impl Measure for HutchinsonTrace {
    const NAME: &str = "hutchinson-trace";
    const AUTHORS: &[&str] = &["M. F. Hutchinson", "BrAIn team"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let batch = dataset.first(EXAMPLES)?;
        let loss = Objective::CrossEntropy(&batch.labels);
        let weights = Weights::all(network);
        let mut sum = 0.0;
        for probe in 0..PROBES {
            let direction = weights.draw(seed, probe, signs);
            let along = Tangent::Parameters(direction.tensors());
            let curved = network.hessian_vector(0, &batch.inputs, loss, along)?;
            sum += direction.dot(&weights.select(curved));
        }
        Ok(sum / f64::from(PROBES) / batch.examples() as f64)
    }
}

/// 1 or -1 with equal chances.
fn signs(seed: u64, stream: u64, shape: &[u32]) -> Tensor {
    random::uniform(seed, stream, shape).less(0.5) * 2.0 - 1.0
}

export_measure!(HutchinsonTrace);
