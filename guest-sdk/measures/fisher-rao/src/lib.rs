//! The Fisher-Rao norm: how fast each example's loss changes as all weights grow in proportion.
//!
//! Begin with [`FisherRao`]; the README has the definition and the source.

use assay_sdk::{Dataset, Error, Measure, Network, Tangent, Tap, Tensor, Weights, export_measure};

/// So many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 2000;
/// Examples of one call.
const BATCH: u32 = 500;

/// The measure.
#[derive(Debug)]
pub struct FisherRao;

impl Measure for FisherRao {
    const NAME: &str = "fisher-rao";
    const AUTHORS: &[&str] =
        &["Tengyuan Liang", "Tomaso Poggio", "Alexander Rakhlin", "James Stokes"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let weights = Weights::all(network);
        let last = network.layers().len().checked_sub(1).ok_or("the network has no layers")?;
        let logits = [Tap::output(last as u32)];
        let mut sum = 0.0;
        let mut examples = 0;
        for batch in dataset.batches(BATCH).take((EXAMPLES / BATCH) as usize) {
            let batch = batch?;
            // The derivative of the cross-entropy with respect to the logits.
            let excess = network.logits(&batch.inputs)?.softmax()
                - Tensor::one_hot(&batch.labels, dataset.classes());
            let along = Tangent::Parameters(weights.tensors());
            for change in network.jacobian_vector(0, &batch.inputs, along, &logits)? {
                let slopes = (&excess * change).sum_axes(&[1]);
                sum += f64::from(slopes.l2_norm()).powi(2);
            }
            examples += batch.examples();
        }
        if examples == 0 {
            return Err("the task has no examples".into());
        }
        Ok(sum / examples as f64)
    }
}

export_measure!(FisherRao);
