//! Batches and logits: one pass over all training examples, reduced on the host's side.

use assay_sdk::{Batch, Dataset, Error, Measure, Network, Tensor, export_measure, log};

/// One call costs 1000 work and its bytes besides what it computes, so batches are large; the host cuts
/// them into what its caches hold.
const BATCH: u32 = 250;
/// The tenth that is nearest to the border says more than the mean.
const QUANTILE: f32 = 0.1;

/// Minus the 10 % quantile of the margins: of each example the logit of its label minus the largest other.
struct LowMargin;

impl Measure for LowMargin {
    const NAME: &str = "example-batches-and-logits";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _seed: u64) -> Result<f64, Error> {
        let mut margins = Vec::new();
        let mut wrong = 0;
        for batch in dataset.batches(BATCH) {
            let Batch { inputs, labels, .. } = batch?;
            let logits = network.logits(&inputs)?;
            // One number for each example comes here: positions are lists, everything else stays there.
            let predicted = logits.arg_max();
            wrong += predicted.iter().zip(&labels).filter(|(one, two)| one != two).count();
            margins.push(margins_of(&logits, &labels, dataset.classes()));
        }
        let margins = Tensor::concat(&margins.iter().collect::<Vec<_>>(), 0);
        log::info!("{wrong} of {} wrong", margins.elements());
        Ok(-f64::from(margins.quantile(QUANTILE).scalar()))
    }
}

/// `[examples, classes] -> [examples]`.
fn margins_of(logits: &Tensor, labels: &[u32], classes: u32) -> Tensor {
    // Where the label is, minus infinity, so that the largest of a row is the largest other.
    let others = Tensor::one_hot(labels, classes).choose(f32::NEG_INFINITY, logits);
    logits.pick(labels) - others.max_axes(&[1])
}

export_measure!(LowMargin);
