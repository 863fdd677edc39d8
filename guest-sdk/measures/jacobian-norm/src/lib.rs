//! The competition's baseline: the mean square of the entries of the Jacobians of the logits with
//! respect to each layer's input.
//!
//! Begin with [`JacobianNorm`]; the README has the definition, the source and the published scores.

use assay_sdk::{Dataset, Error, Layer, Measure, Network, Objective, Tap, Tensor, export_measure};

/// Examples of a batch, in the baseline's words; the value is a mean of the batches' means.
const BATCH: usize = 16;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 33;
/// Most elements that all tapped gradients of one call hold together: half of what a tensor may.
const ELEMENTS_MAX: u32 = 1 << 25;

/// The measure.
#[derive(Debug)]
pub struct JacobianNorm;

impl Measure for JacobianNorm {
    const NAME: &str = "jacobian-norm";
    const AUTHORS: &[&str] = &["PGDL organizers"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let layers = network.layers();
        let examples = dataset.examples().min((BATCH * BATCHES) as u32);
        let elements = layers.iter().fold(0, |sum: u32, layer| sum.saturating_add(entries(layer)));
        let step = (ELEMENTS_MAX / elements.max(1)).clamp(1, examples.max(1));
        let mut squares = Vec::with_capacity(examples as usize);
        for start in (0..examples).step_by(step as usize) {
            let batch = dataset.batch(start, step.min(examples - start))?;
            squares.extend(mean_squares(network, &layers, &batch, dataset.classes())?);
        }
        mean_of_batches(&squares).ok_or_else(|| "the task has no examples".into())
    }
}

/// Elements of what enters a layer.
fn entries(layer: &Layer) -> u32 {
    layer.input_shape.iter().fold(1, |product: u32, &axis| product.saturating_mul(axis))
}

/// For each example the mean over layers of the mean square of the Jacobian's entries. The entries are
/// found logit by logit, for all layers at once.
fn mean_squares(
    network: &Network<'_>,
    layers: &[Layer],
    batch: &Tensor,
    classes: u32,
) -> Result<Vec<f64>, Error> {
    let examples = batch.shape()[0] as usize;
    let taps: Vec<Tap> = (0..layers.len() as u32).map(Tap::input).collect();
    let mut sums = vec![0.0; examples];
    for class in 0..classes {
        let logit = vec![class; examples];
        let gradients = network.gradients(0, batch, Objective::Logit(&logit), &taps)?;
        for (layer, gradient) in layers.iter().zip(gradients) {
            let shares = f64::from(entries(layer)) * f64::from(classes) * layers.len() as f64;
            let axes: Vec<u32> = (1..=layer.input_shape.len() as u32).collect();
            for (sum, norm) in sums.iter_mut().zip(gradient.l2_norm_axes(&axes).to_vec()) {
                *sum += f64::from(norm).powi(2) / shares;
            }
        }
    }
    Ok(sums)
}

/// The mean over batches of the mean over a batch's examples; the last batch may be shorter.
fn mean_of_batches(values: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means: Vec<f64> = values.chunks(BATCH).map(mean).collect();
    (!means.is_empty()).then(|| mean(&means))
}

export_measure!(JacobianNorm);

#[cfg(test)]
mod tests {
    use super::mean_of_batches;

    #[test]
    fn batches_weigh_the_same_whatever_they_hold() {
        let mut values = vec![1.0; 16];
        values.extend([4.0, 6.0]);
        assert_eq!(mean_of_batches(&values), Some(3.0));
        assert_eq!(mean_of_batches(&[]), None);
    }
}
