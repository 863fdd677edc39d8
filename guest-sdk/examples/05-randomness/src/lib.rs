//! Randomness: everything that is drawn follows from the seed, and each purpose has its own stream.

use assay_sdk::augment::{Pipeline, Step, brightness_range};
use assay_sdk::samples::Sample;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure, log, random};

const EXAMPLES: u32 = 400;
/// So many times each example is changed.
const ROUNDS: u64 = 8;
/// Deviation of the noise, in deviations of the data.
const NOISE: f32 = 0.2;
const STEPS: [Step; 2] = [Step::Brightness { most: 0.2 }, Step::Contrast { low: 0.8, high: 1.2 }];

/// Streams of the seed. Number `i` of a stream depends on (seed, stream, i) alone, so a purpose that draws
/// more or less changes nothing for another.
mod streams {
    /// Which examples.
    pub(crate) const SAMPLE: u64 = 0;
    /// Noise: one stream for each round.
    pub(crate) const NOISE: u64 = 1 << 32;
    /// Changes of pictures: one stream for each round and step.
    pub(crate) const PICTURES: u64 = 2 << 32;
}

/// The share of predictions that change when the picture does: brightness, contrast, then noise.
struct Changed;

impl Measure for Changed {
    const NAME: &str = "example-randomness";
    const AUTHORS: &[&str] = &["The authors of Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let sample = Sample::shuffled(dataset, EXAMPLES, seed, streams::SAMPLE)?;
        let pictures = sample.inputs(0..sample.len())?;
        let before = network.logits(&pictures)?.arg_max();
        let noise = dataset.statistics().deviation * NOISE;
        let pipeline = Pipeline { steps: &STEPS, range: brightness_range(dataset), seed };
        let mut changed = 0;
        for round in 0..ROUNDS {
            let stream = streams::PICTURES + round * STEPS.len() as u64;
            let other = pipeline.apply(&pictures, stream)?;
            let normal = random::normal(seed, streams::NOISE + round, &other.shape());
            let after = network.logits(&(other + normal * noise))?.arg_max();
            let differ = before.iter().zip(&after).filter(|(one, two)| one != two).count();
            log::debug!("round {round}: {differ} of {} changed", before.len());
            changed += differ;
        }
        Ok(changed as f64 / (before.len() as f64 * ROUNDS as f64))
    }
}

export_measure!(Changed);
