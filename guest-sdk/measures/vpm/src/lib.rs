//! Variation of labels in the penultimate layer under mixup: the third place of 2020, of the team
//! BrAIn.
//!
//! Begin with [`Vpm`]; the README has the definition, the source and the published scores.

use assay_sdk::features::Features;
use assay_sdk::graphs::nearest;
use assay_sdk::mixup::beta22;
use assay_sdk::samples::Sample;
use assay_sdk::statistics::median;
use assay_sdk::{Dataset, Error, Measure, Network, Tap, Tensor, export_measure, random};

/// Examples of a graph, equally many of each class.
const EXAMPLES: u32 = 500;
/// Graphs of which the median is taken.
const GRAPHS: u64 = 20;
/// The value's unit, and its largest value.
const UNIT: f64 = 2000.0;
const VALUE_MAX: f64 = 1000.0;
/// Streams for one graph, more than classes: the first mixes, the second weighs, the others draw.
const STREAMS: u64 = 1 << 32;

/// The measure.
#[derive(Debug)]
pub struct Vpm;

impl Measure for Vpm {
    const NAME: &str = "vpm";
    const AUTHORS: &[&str] = &[
        "Carlos Lassance",
        "Louis Bethune",
        "Myriam Bontonou",
        "Mounia Hamidouche",
        "Vincent Gripon",
    ];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let Some(last) = network.layers().len().checked_sub(1) else {
            return Err("the network has no layer".into());
        };
        let tap = Tap::input(last as u32);
        let variations = (0..GRAPHS).map(|graph| {
            let (inputs, labels) = mixed(dataset, seed, graph * STREAMS)?;
            variation(&Features::at(network, tap, &inputs)?, &labels)
        });
        Ok(median(&variations.collect::<Result<Vec<_>, _>>()?))
    }
}

/// Examples mixed with each other, `[n, ..]`, and their labels mixed alike, `[n, classes]`.
fn mixed(dataset: &Dataset<'_>, seed: u64, stream: u64) -> Result<(Tensor, Tensor), Error> {
    let per_class = (EXAMPLES / dataset.classes().max(1)).max(1);
    let sample = Sample::balanced(dataset, per_class, seed, stream + 2)?;
    let count = sample.len() as u32;
    let partners = random::permutation(seed, stream, count)?;
    let weights = beta22(seed, stream + 1, count);
    let mix = |rows: &Tensor| {
        let mut shape = vec![1; rows.shape().len()];
        shape[0] = count;
        let weights = Tensor::from_values(&shape, &weights);
        rows * &weights + rows.gather_rows(&partners) * (1.0 - &weights)
    };
    let inputs = sample.inputs(0..sample.len())?;
    Ok((mix(&inputs), mix(&Tensor::one_hot(&sample.labels, dataset.classes()))))
}

/// How much labels vary along the edges of a graph in which every example points to the one that is
/// most similar: `trace(Yᵀ (I - A) Y)`, as all out-degrees are 1.
fn variation(features: &Features, labels: &Tensor) -> Result<f64, Error> {
    let similarity = features.pairwise(features, Tensor::cosine_similarity)?;
    let most_similar: Vec<u32> =
        nearest(&similarity, 1).iter().flatten().map(|neighbour| neighbour.node).collect();
    let own = f64::from(labels.square().sum());
    let shared = f64::from((labels * labels.gather_rows(&most_similar)).sum());
    Ok(((own - shared) / UNIT).clamp(0.0, VALUE_MAX))
}

export_measure!(Vpm);
