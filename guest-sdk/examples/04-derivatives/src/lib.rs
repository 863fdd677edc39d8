//! Derivatives: with respect to the input, to the parameters, and second ones along a direction.

use assay_sdk::{
    Dataset, Error, Measure, Network, Objective, Tangent, Tap, Weights, export_measure, log,
};

/// A gradient costs 3 to 4 passes, a product with the Hessian 10.
const EXAMPLES: u32 = 200;

/// Minus the mean distance of examples to the border between their label and the next class, to first
/// order: the margin divided by the length of its gradient.
struct BorderDistance;

impl Measure for BorderDistance {
    const NAME: &str = "example-derivatives";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _seed: u64) -> Result<f64, Error> {
        let batch = dataset.first(EXAMPLES)?;
        let margin = Objective::Margin(&batch.labels);
        // One number for each example, and its gradient with respect to the example: `[n, ..shape]`.
        let margins = network.objective(0, &batch.inputs, margin)?;
        let gradients = network.gradients(0, &batch.inputs, margin, &[Tap::input(0)])?.remove(0);
        let slopes = gradients.flatten_rows().l2_norm_axes(&[1]);
        let distances = margins / (slopes + f32::MIN_POSITIVE);
        let curvature = curvature(network, &batch)?;
        log::info!("curvature of the loss along its gradient: {curvature:.4}");
        Ok(-f64::from(distances.mean()))
    }
}

/// `gᵀHg / gᵀg` of the mean loss, with respect to everything that training moves.
fn curvature(network: &Network<'_>, batch: &assay_sdk::Batch) -> Result<f64, Error> {
    let loss = Objective::CrossEntropy(&batch.labels);
    // The sum over the examples, one tensor for each parameter array, zeros for moving statistics.
    let gradient = network.parameter_gradients(0, &batch.inputs, loss)?;
    let tangent = Tangent::Parameters(&gradient);
    let curved = network.hessian_vector(0, &batch.inputs, loss, tangent)?;
    let weights = Weights::trained(network);
    let (gradient, curved) = (weights.select(gradient), weights.select(curved));
    let examples = batch.examples() as f64;
    Ok(gradient.dot(&curved) / gradient.dot(&gradient) / examples)
}

export_measure!(BorderDistance);
