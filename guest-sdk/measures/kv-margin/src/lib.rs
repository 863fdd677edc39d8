//! Margins normalised by the classes' variance under optimal transport, with the steepness of the
//! network in the place of a Lipschitz constant (Chuang et al. 2021).
//!
//! Begin with [`KvMargin`]; the README has the definition, the source and the published scores.
//! `kv-gn-margin` normalises by gradients, example by example.

use assay_sdk::k_variance::{ClassVariance, KVariance};
use assay_sdk::statistics::median;
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// The measure.
#[derive(Debug)]
pub struct KvMargin;

impl Measure for KvMargin {
    const NAME: &str = "kv-margin";
    const AUTHORS: &[&str] = &[
        "Ching-Yao Chuang",
        "Youssef Mroueh",
        "Kristjan Greenewald",
        "Antonio Torralba",
        "Stefanie Jegelka",
    ];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let found = KVariance::shallow(network, dataset, seed)?;
        Ok(-median(&found.margins.differences) / variance(&found.classes))
    }
}

/// The classes' variances, each as the network stretches it at its steepest.
fn variance(classes: &[ClassVariance]) -> f64 {
    classes.iter().map(|class| class.frequency * class.distance * class.steepest).sum()
}

export_measure!(KvMargin);

#[cfg(test)]
mod tests {
    use super::{ClassVariance, variance};

    #[test]
    fn classes_weigh_by_their_frequency() {
        let rare = ClassVariance { frequency: 0.25, distance: 8.0, steepest: 2.0 };
        let frequent = ClassVariance { frequency: 0.75, distance: 4.0, steepest: 0.5 };
        assert_eq!(variance(&[rare, frequent]), 4.0 + 1.5);
    }
}
