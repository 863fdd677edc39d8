//! How much predictions change under seven changes of the pictures: the second place of 2020, of the
//! team Always Generalize.
//!
//! Begin with [`AugmentationRobustness`]; the README has the definition, the sign, the source and the
//! published scores. The changes are in `changes`.

mod changes;

use assay_sdk::augment::brightness_range;
use assay_sdk::predictions::Predictions;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

use crate::changes::{CHANGES, Random};

/// The first so many examples are looked at, or as many as there are: 201 batches of 64.
const EXAMPLES: u32 = 201 * 64;
/// Examples that are handled at once.
const BATCH: u32 = 1024;

/// The measure.
#[derive(Debug)]
pub struct AugmentationRobustness;

impl Measure for AugmentationRobustness {
    const NAME: &str = "augmentation-robustness";
    const AUTHORS: &[&str] = &["Sumukh Aithal K", "Dhruva Kashyap", "Natarajan Subramanyam"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let range = brightness_range(dataset);
        let examples = dataset.examples().min(EXAMPLES);
        let mut sum = 0.0;
        for (batch, start) in (0..examples).step_by(BATCH as usize).enumerate() {
            let pictures = dataset.batch(start, BATCH.min(examples - start))?;
            let before = Predictions::of(network, &pictures)?;
            let random = Random { range, seed, batch: batch as u64 };
            for change in &CHANGES {
                let after = Predictions::of(network, &change.apply(&pictures, random)?)?;
                sum += before.penalty(&after, change.flip);
            }
        }
        Ok(sum)
    }
}

export_measure!(AugmentationRobustness);
