//! The Euclidean norm of the gradient of the mean training loss with respect to the weights.
//!
//! Begin with [`GradientNorm`]; the README has the definition and the source.

use assay_sdk::{Dataset, Error, Measure, Network, Objective, Weights, export_measure};

/// So many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 2000;
/// Examples of one call.
const BATCH: u32 = 500;

/// The measure.
#[derive(Debug)]
pub struct GradientNorm;

impl Measure for GradientNorm {
    const NAME: &str = "gradient-norm";
    const AUTHORS: &[&str] =
        &["Yiding Jiang", "Behnam Neyshabur", "Hossein Mobahi", "Dilip Krishnan", "Samy Bengio"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let weights = Weights::trained(network);
        let mut sum: Option<Weights> = None;
        let mut examples = 0;
        for batch in dataset.batches(BATCH).take((EXAMPLES / BATCH) as usize) {
            let batch = batch?;
            let loss = Objective::CrossEntropy(&batch.labels);
            let all = network.parameter_gradients(0, &batch.inputs, loss)?;
            let gradient = weights.select(all);
            sum = Some(match sum {
                Some(sum) => sum.zip(&gradient, |sum, gradient| sum + gradient),
                None => gradient,
            });
            examples += batch.examples();
        }
        let sum = sum.ok_or("the task has no examples")?;
        Ok(sum.dot(&sum).sqrt() / examples as f64)
    }
}

export_measure!(GradientNorm);
