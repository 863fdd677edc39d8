//! The mean margin of randomly changed pictures at the first layer's output, of the Interpex team.
//!
//! Begin with [`AugmentMargin`]; the README has the definition, the source and the published scores.

use assay_sdk::augment::{Pipeline, Step, brightness_range};
use assay_sdk::margins::mean_at_first_kernel;
use assay_sdk::samples::Sample;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Examples that are looked at, or as many as there are.
const EXAMPLES: u32 = 500;
/// Examples of a batch.
const BATCH: u32 = 50;
/// Which examples: one stream. Changes: one for each batch and step, after it.
const STREAM: u64 = 0;
/// What is done to every picture.
const STEPS: [Step; 6] = [
    Step::Mirror { share: 0.5 },
    Step::Hue { most: 0.05 },
    Step::Saturation { low: 0.6, high: 1.2 },
    Step::Brightness { most: 0.05 },
    Step::Contrast { low: 0.7, high: 1.0 },
    Step::CentralCrop { share: 0.5, low: 0.85, high: 0.99 },
];

/// The measure.
#[derive(Debug)]
pub struct AugmentMargin;

impl Measure for AugmentMargin {
    const NAME: &str = "augment-margin";
    const AUTHORS: &[&str] = &["Parth Natekar", "Manik Sharma"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let sample = Sample::shuffled(dataset, EXAMPLES, seed, STREAM)?;
        let pipeline = Pipeline { steps: &STEPS, range: brightness_range(dataset), seed };
        let streams = (STREAM + 1..).step_by(STEPS.len());
        let changed = streams.zip(sample.batches(BATCH)).map(|(stream, batch)| {
            let batch = batch?;
            Ok((pipeline.apply(&batch.inputs, stream)?, batch.labels))
        });
        Ok(-mean_at_first_kernel(network, changed)?)
    }
}

export_measure!(AugmentMargin);
