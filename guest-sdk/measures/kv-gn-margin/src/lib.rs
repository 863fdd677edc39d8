//! Gradient-normalised margins, in units of the classes' variance under optimal transport (Chuang et
//! al. 2021).
//!
//! Begin with [`KvGnMargin`]; the README has the definition, the source and the published scores.

use assay_sdk::k_variance::{ClassVariance, KVariance};
use assay_sdk::statistics::median;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Added to slopes, so that none divides by zero.
const TINY: f64 = 1e-6;

/// The measure.
#[derive(Debug)]
pub struct KvGnMargin;

impl Measure for KvGnMargin {
    const NAME: &str = "kv-gn-margin";
    const AUTHORS: &[&str] = &[
        "Ching-Yao Chuang",
        "Youssef Mroueh",
        "Kristjan Greenewald",
        "Antonio Torralba",
        "Stefanie Jegelka",
    ];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let found = KVariance::shallow(network, dataset, seed)?;
        let distances: Vec<f64> = found.margins.distances(TINY).collect();
        Ok(-median(&distances) / variance(&found.classes))
    }
}

/// The classes' variances, weighed by frequency.
fn variance(classes: &[ClassVariance]) -> f64 {
    classes.iter().map(|class| class.frequency * class.distance).sum()
}

export_measure!(KvGnMargin);

#[cfg(test)]
mod tests {
    use super::{ClassVariance, variance};

    #[test]
    fn classes_weigh_by_their_frequency_alone() {
        let rare = ClassVariance { frequency: 0.25, distance: 8.0, steepest: 2.0 };
        let frequent = ClassVariance { frequency: 0.75, distance: 4.0, steepest: 0.5 };
        assert_eq!(variance(&[rare, frequent]), 2.0 + 3.0);
    }
}
