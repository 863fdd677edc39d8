//! The mean squared norm of the gradient of the loss with respect to the input.
//!
//! Begin with [`InputGradientNorm`]; the README has the definition, the source and published scores.

use assay_sdk::{Dataset, Error, Measure, Network, Objective, Tap, export_measure};

/// So many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 2000;
/// Examples of one call.
const BATCH: u32 = 500;

/// The measure.
#[derive(Debug)]
pub struct InputGradientNorm;

impl Measure for InputGradientNorm {
    const NAME: &str = "input-gradient-norm";
    const AUTHORS: &[&str] = &["BrAIn team"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let mut sum = 0.0;
        let mut examples = 0;
        for batch in dataset.batches(BATCH).take((EXAMPLES / BATCH) as usize) {
            let batch = batch?;
            let loss = Objective::CrossEntropy(&batch.labels);
            for gradient in network.gradients(0, &batch.inputs, loss, &[Tap::input(0)])? {
                sum += f64::from(gradient.l2_norm()).powi(2);
            }
            examples += batch.examples();
        }
        if examples == 0 {
            return Err("the task has no examples".into());
        }
        Ok(sum / examples as f64)
    }
}

export_measure!(InputGradientNorm);
