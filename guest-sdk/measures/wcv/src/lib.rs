//! The largest variation of labels on the neighbour graphs of the last layers, of the team BrAIn.
//!
//! Begin with [`Wcv`]; the README has the definition, the source and the published scores.

use assay_sdk::features::Features;
use assay_sdk::graphs::{binary, changing_outputs, nearest, smoothness};
use assay_sdk::statistics::median;
use assay_sdk::{Batch, Dataset, Error, Measure, Network, Tap, Tensor, export_measure};

/// Examples of a batch.
const BATCH: u32 = 500;
/// So many batches are looked at, or as many complete ones as there are, at least one.
const BATCHES: u32 = 11;
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
        let batches = (dataset.examples() / BATCH).clamp(1, BATCHES) as usize;
        let worst = dataset.batches(BATCH).take(batches).map(|batch| worst(network, taps, &batch?));
        Ok(median(&worst.collect::<Result<Vec<_>, _>>()?))
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
