//! The largest variation of labels on the neighbour graphs of the last layers, of the team BrAIn.
//!
//! Begin with [`Wcv`]; the README has the definition, the source and the published scores.

use assay_sdk::features::Features;
use assay_sdk::graphs::{binary, changing_outputs, median_over_batches, nearest, smoothness};
use assay_sdk::{Batch, Dataset, Error, Measure, Network, Tap, Tensor, export_measure};

/// The last `layers / PART + 1` layers are looked at.
const PART: usize = 3;

/// The measure.
#[derive(Debug)]
pub struct Wcv;

impl Measure for Wcv {
    const NAME: &str = "wcv";
    const AUTHORS: &[&str] = &[
        "Carlos Lassance",
        "Louis Bethune",
        "Myriam Bontonou",
        "Mounia Hamidouche",
        "Vincent Gripon",
    ];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, _: u64) -> Result<f64, Error> {
        let taps = changing_outputs(network);
        let taps = &taps[taps.len().saturating_sub(taps.len() / PART + 1)..];
        median_over_batches(dataset, |batch| worst(network, taps, batch))
    }
}

/// The largest variation over layers, as a part of what it would be if no example's nearest were of its
/// class.
fn worst(network: &Network<'_>, taps: &[Tap], batch: &Batch) -> Result<f64, Error> {
    let mut worst = 0.0_f64;
    for &tap in taps {
        let features = Features::at(network, tap, &batch.inputs)?;
        let graph = nearest(&features.pairwise(&features, Tensor::cosine_similarity)?, 1);
        worst = worst.max(smoothness(&binary(&graph), &batch.labels));
    }
    Ok(worst / (2.0 * batch.labels.len() as f64))
}

export_measure!(Wcv);
