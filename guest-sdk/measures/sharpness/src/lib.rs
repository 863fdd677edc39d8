//! The competition's sharpness baseline, defects included: it walks downhill, by a loss whose arguments
//! are swapped.
//!
//! Begin with [`Sharpness`]; the README has the algorithm, the defects, the source and the published
//! scores. `sharpness-repaired` is what was meant.

use assay_sdk::search::{Trial, bisect};
use assay_sdk::stream::Stream;
use assay_sdk::{
    Batch, Dataset, Error, Measure, Network, Objective, Tensor, Weights, export_measure,
};

/// Examples of a batch.
const BATCH: usize = 64;
/// Walks at each magnitude, steps of a walk, and batches over which its end is judged.
const WALKS: u32 = 3;
const STEPS: u32 = 20;
const BATCHES: u32 = 10;
const LEARNING_RATE: f32 = 1e-3;
/// Search: the largest magnitude, most trials, when it ends.
const MAGNITUDE_MAX: f64 = 0.5;
const TRIALS: u32 = 20;
const WIDTH_MIN: f64 = 1e-5;
/// The deviation from perfect accuracy that is looked for, and how near is near enough.
const DEVIATION: f64 = 0.1;
const NEAR: f64 = 1e-2;

/// The measure.
#[derive(Debug)]
pub struct Sharpness;

impl Measure for Sharpness {
    const NAME: &str = "sharpness";
    const AUTHORS: &[&str] = &["PGDL organizers"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let mut stream = Stream::new(dataset, seed)?;
        bisect(0.0, MAGNITUDE_MAX, TRIALS, WIDTH_MIN, |magnitude| {
            let mut smallest = f64::INFINITY;
            for _ in 0..WALKS {
                let end = walk(network, dataset.classes(), magnitude, &mut stream)?;
                smallest = smallest.min(accuracy(&end, &mut stream)?);
            }
            Ok(judge(1.0 - smallest))
        })
    }
}

/// Follows the gradient, and returns to within `w ± magnitude · |w|` after each step.
fn walk(
    network: &Network<'_>,
    classes: u32,
    magnitude: f64,
    stream: &mut Stream<'_>,
) -> Result<Network<'static>, Error> {
    let origin = Weights::trained(network);
    let reach = origin.map(|weight| weight.abs() * magnitude as f32);
    let low = origin.zip(&reach, |weight, reach| weight - reach);
    let high = origin.zip(&reach, |weight, reach| weight + reach);
    let mut weights = origin;
    let mut here = network.with_weights(&weights)?;
    for _ in 0..STEPS {
        let gradient = swapped_loss_gradient(&here, classes, &stream.next(BATCH)?)?;
        let gradient = weights.select(gradient);
        let stepped = weights.zip(&gradient, |weight, gradient| weight - gradient * LEARNING_RATE);
        weights = stepped.clamp(&low, &high);
        here = network.with_weights(&weights)?;
    }
    Ok(here)
}

/// The gradient of the mean cross-entropy of the logits, taken for probabilities, with the one-hot label,
/// taken for logits: it is linear in the logits.
fn swapped_loss_gradient(
    network: &Network<'_>,
    classes: u32,
    batch: &Batch,
) -> Result<Vec<Tensor>, Error> {
    let slopes = Tensor::one_hot(&batch.labels, classes).log_softmax();
    let slopes = slopes * (-1.0 / batch.examples() as f32);
    network.parameter_gradients(0, &batch.inputs, Objective::Cotangent(&slopes))
}

fn accuracy(network: &Network<'_>, stream: &mut Stream<'_>) -> Result<f64, Error> {
    stream.next(BATCH * BATCHES as usize)?.accuracy(network)
}

fn judge(deviation: f64) -> Trial {
    Trial::towards(DEVIATION, NEAR, deviation)
}

export_measure!(Sharpness);

#[cfg(test)]
mod tests {
    use super::judge;
    use assay_sdk::search::Trial;

    #[test]
    fn a_tenth_is_looked_for() {
        assert_eq!(judge(0.0), Trial::Larger);
        assert_eq!(judge(0.095), Trial::Found);
        assert_eq!(judge(0.2), Trial::Smaller);
    }
}
