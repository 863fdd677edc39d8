//! Sharpness as it was meant: how far the weights may be moved, in proportion to themselves and uphill,
//! before the training accuracy falls to nine tenths.
//!
//! Begin with [`SharpnessRepaired`]; the README has the algorithm, what was repaired, and the source.

use assay_sdk::search::{Trial, bisect};
use assay_sdk::stream::Stream;
use assay_sdk::{Dataset, Error, Measure, Network, Objective, Weights, export_measure, random};

/// Examples of a batch.
const BATCH: usize = 64;
/// Walks at each magnitude, steps of a walk, and batches over which its end is judged.
const WALKS: u32 = 3;
const STEPS: u32 = 20;
const BATCHES: u32 = 10;
const LEARNING_RATE: f32 = 1e-3;
/// Search: the largest magnitude, most trials, when it ends.
const MAGNITUDE_MAX: f64 = 2.0;
const TRIALS: u32 = 10;
const WIDTH_MIN: f64 = 1e-8;
/// The deviation from perfect accuracy that is looked for, and how near is near enough.
const DEVIATION: f64 = 0.1;
const NEAR: f64 = 1e-2;
/// A walk that ends below this accuracy saves the other walks.
const HOPELESS: f64 = 0.8;

/// The measure.
#[derive(Debug)]
pub struct SharpnessRepaired;

impl Measure for SharpnessRepaired {
    const NAME: &str = "sharpness-repaired";
    const AUTHORS: &[&str] = &["PGDL organizers", "BrAIn team"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let mut stream = Stream::new(dataset, seed)?;
        let mut walks = 0;
        let magnitude = bisect(0.0, MAGNITUDE_MAX, TRIALS, WIDTH_MIN, |magnitude| {
            let mut smallest = f64::INFINITY;
            for _ in 0..WALKS {
                if smallest < HOPELESS {
                    break;
                }
                let end = walk(network, magnitude, &mut stream, (seed, walks))?;
                walks += 1;
                let sample = stream.next(BATCH * BATCHES as usize)?;
                smallest = smallest.min(sample.accuracy(&end)?);
            }
            Ok::<_, Error>(judge(1.0 - smallest))
        })?;
        Ok(magnitude.powi(-2))
    }
}

/// Starts at a random place within `w ± magnitude / 2 · |w|`, follows the gradient uphill, and returns
/// to within `w ± magnitude · |w|` after each step.
fn walk(
    network: &Network<'_>,
    magnitude: f64,
    stream: &mut Stream<'_>,
    (seed, number): (u64, u32),
) -> Result<Network<'static>, Error> {
    let origin = Weights::trained(network);
    let reach = origin.map(|weight| weight.abs() * magnitude as f32);
    let low = origin.zip(&reach, |weight, reach| weight - reach);
    let high = origin.zip(&reach, |weight, reach| weight + reach);
    // The stream of examples draws from the streams below 2^32.
    let noise = reach.draw(seed, number + 1, random::uniform);
    let noise = noise.zip(&reach, |uniform, reach| (uniform - 0.5) * reach);
    let mut weights = origin.zip(&noise, |weight, noise| weight + noise);
    let mut here = network.with_weights(&weights)?;
    for _ in 0..STEPS {
        let batch = stream.next(BATCH)?;
        let loss = Objective::CrossEntropy(&batch.labels);
        let gradient = here.parameter_gradients(0, &batch.inputs, loss)?;
        let rate = LEARNING_RATE / batch.examples() as f32;
        let gradient = weights.select(gradient);
        let stepped = weights.zip(&gradient, |weight, gradient| weight + gradient * rate);
        weights = stepped.clamp(&low, &high);
        here = network.with_weights(&weights)?;
    }
    Ok(here)
}

fn judge(deviation: f64) -> Trial {
    Trial::towards(DEVIATION, NEAR, deviation)
}

export_measure!(SharpnessRepaired);

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
