//! How much predictions change when pictures are mirrored.
//!
//! Begin with [`FlipPenalty`]; the README has the definition, the sign and the source.

use assay_sdk::predictions::Predictions;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure, images};

/// The first so many examples are looked at, or as many as there are.
const EXAMPLES: u32 = 500;
/// What a mirrored picture costs that is predicted as another class.
const FLIP: f64 = 6.0;

/// The measure.
#[derive(Debug)]
pub struct FlipPenalty;

impl Measure for FlipPenalty {
    const NAME: &str = "flip-penalty";
    const AUTHORS: &[&str] = &["Sumukh Aithal K", "Dhruva Kashyap", "Natarajan Subramanyam"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let pictures = dataset.batch(0, dataset.examples().min(EXAMPLES))?;
        let straight = Predictions::of(network, &pictures)?;
        let mirrored = Predictions::of(network, &images::flip_horizontal(&pictures)?)?;
        Ok(-straight.penalty(&mirrored, FLIP))
    }
}

export_measure!(FlipPenalty);
