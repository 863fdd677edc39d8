//! The Gi-score: like the Gini coefficient, the area between a network's cumulative accuracy under
//! growing perturbations and that of a network that no perturbation disturbs.
//!
//! Begin with [`GiScore`]; the README has the definition, what was chosen, and the source.

use assay_sdk::response::{area, cumulative, within_classes};
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Share of the examples that are looked at, and at least so many.
const SHARE: u32 = 10;
const EXAMPLES_MIN: u32 = 1000;
/// Magnitudes, besides 0.
const STEPS: u32 = 20;

/// The measure.
#[derive(Debug)]
pub struct GiScore;

impl Measure for GiScore {
    const NAME: &str = "gi-score";
    const AUTHORS: &[&str] = &["Yair Schiff", "Brian Quanz", "Payel Das", "Pin-Yu Chen"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let batch = dataset.first((dataset.examples() / SHARE).max(EXAMPLES_MIN))?;
        Ok(score(&within_classes(network, &batch, STEPS, (seed, 0))?))
    }
}

/// The area between the cumulative curves.
fn score(accuracies: &[f64]) -> f64 {
    let perfect = vec![1.0; accuracies.len()];
    area(&cumulative(&perfect)) - area(&cumulative(accuracies))
}

export_measure!(GiScore);

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn a_perfect_network_has_none_and_a_broken_one_a_half() {
        assert_eq!(score(&[1.0; 11]), 0.0);
        assert_eq!(score(&[0.0; 11]), 0.5);
        // Below 1, 0 the cumulative curve is 0, 1/2; below it lies 1/4.
        assert_eq!(score(&[1.0, 0.0]), 0.25);
    }
}
