//! How fast the smoothness of labels changes from layer to layer at the end of the network, of the team
//! BrAIn.
//!
//! Begin with [`Vr`]; the README has the definition, the source and the published scores.

use assay_sdk::features::Features;
use assay_sdk::graphs::{changing_outputs, median_over_batches, nearest, smoothness};
use assay_sdk::statistics::mean;
use assay_sdk::{Batch, Dataset, Error, Measure, Network, Tap, Tensor, export_measure};

/// Places at the end of the network: what enters the last two layers, and what leaves the last.
const PLACES: usize = 3;
/// Neighbours that each example keeps.
const NEIGHBOURS: u32 = 20;
/// The value's unit.
const UNIT: f64 = 100_000.0;

/// The measure.
#[derive(Debug)]
pub struct Vr;

impl Measure for Vr {
    const NAME: &str = "vr";
    const AUTHORS: &[&str] = &[
        "Carlos Lassance",
        "Louis Bethune",
        "Myriam Bontonou",
        "Mounia Hamidouche",
        "Vincent Gripon",
    ];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let taps = changing_outputs(network);
        let taps = &taps[taps.len().saturating_sub(PLACES)..];
        let [_, _, ..] = taps else {
            return Err("a rate takes two layers".into());
        };
        median_over_batches(dataset, |batch| rate(network, taps, batch))
    }
}

/// The mean absolute change of smoothness from one place to the next.
fn rate(network: &Network<'_>, taps: &[Tap], batch: &Batch) -> Result<f64, Error> {
    let mut values = Vec::with_capacity(taps.len());
    for &tap in taps {
        let features = Features::at(network, tap, &batch.inputs)?;
        let cosines = features.pairwise(&features, Tensor::cosine_similarity)?;
        let graph = nearest(&cosines.maximum(0.0).minimum(1.0), NEIGHBOURS);
        values.push(smoothness(&graph, &batch.labels) / UNIT);
    }
    Ok(mean_change(&values))
}

fn mean_change(values: &[f64]) -> f64 {
    let changes = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    mean(&changes.collect::<Vec<_>>())
}

export_measure!(Vr);

#[cfg(test)]
mod tests {
    use super::mean_change;

    #[test]
    fn changes_count_without_their_sign() {
        assert_eq!(mean_change(&[1.0, 3.0, 2.5]), 1.25);
        assert_eq!(mean_change(&[2.0, 2.0]), 0.0);
    }
}
