//! The Pal-score: like the Palma ratio, what large perturbations leave of the cumulative accuracy against
//! what small ones do.
//!
//! Begin with [`PalScore`]; the README has the definition, what was chosen, and the source.

use assay_sdk::response::{area, cumulative, within_classes};
use assay_sdk::{Dataset, Error, Measure, Network, export_measure};

/// Share of the examples that are looked at, and at least so many.
const SHARE: u32 = 10;
const EXAMPLES_MIN: u32 = 1000;
/// Magnitudes, besides 0.
const STEPS: u32 = 20;
/// The lowest tenth of the magnitudes, and where the highest six tenths begin.
const LOW: usize = STEPS as usize / 10;
const HIGH: usize = STEPS as usize * 4 / 10;

/// The measure.
#[derive(Debug)]
pub struct PalScore;

impl Measure for PalScore {
    const NAME: &str = "pal-score";
    const AUTHORS: &[&str] = &["Yair Schiff", "Brian Quanz", "Payel Das", "Pin-Yu Chen"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let batch = dataset.first((dataset.examples() / SHARE).max(EXAMPLES_MIN))?;
        Ok(score(&within_classes(network, &batch, STEPS, (seed, 0))?))
    }
}

/// Minus the ratio of the areas below the cumulative curve: the highest six tenths of the magnitudes by
/// the lowest tenth.
fn score(accuracies: &[f64]) -> f64 {
    let curve = cumulative(accuracies);
    // `area` takes its curve for one of length 1.
    let low = area(&curve[..=LOW]) * LOW as f64;
    let high = area(&curve[HIGH..]) * (curve.len() - 1 - HIGH) as f64;
    // A network that is wrong everywhere has no ratio, and is as bad as can be.
    if low > 0.0 { -high / low } else { 0.0 }
}

export_measure!(PalScore);

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn the_ratio_of_a_perfect_network_is_that_of_two_trapezia() {
        // Below the diagonal: (0.4 + 1) / 2 * 0.6 over 0.1 * 0.1 / 2.
        let found = score(&[1.0; 21]);
        assert!((found + 0.42 / 0.005).abs() < 1e-9, "{found}");
    }

    #[test]
    fn accuracy_that_breaks_down_brings_the_ratio_near_to_zero() {
        let mut accuracies = [0.0; 21];
        assert_eq!(score(&accuracies), 0.0);
        accuracies[..3].fill(1.0);
        let found = score(&accuracies);
        // Up to 0.1 as before; from 0.15 on the cumulative curve stands at 0.125.
        assert!((found + 0.6 * 0.125 / 0.005).abs() < 1e-9, "{found}");
    }
}
