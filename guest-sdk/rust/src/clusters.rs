//! How well classes lie apart: the index of Davies and Bouldin.

use std::collections::BTreeMap;

use crate::features::{Features, max_pooled};
use crate::{Dataset, Error, Network, Tap, Tensor};

/// Only these layers, from the first, are considered for early features.
const LAYERS: usize = 3;
/// Side of the windows that early features are pooled by.
const POOL: u32 = 4;
/// What counts as no distance at all, as in numpy's `allclose`.
const TINY: f64 = 1e-8;

/// The index of early features, as the winners of 2020 computed it (Natekar and Sharma, arXiv
/// 2012.02775): [`davies_bouldin`] of what leaves the first layer, among the first three, that slides a
/// window (a convolution or a pooling), max-pooled 4 × 4. Work: examples × the multiply-adds of those
/// layers, 4 × elements, and that of the index.
///
/// # Errors
/// Those of [`Network::activations`]; a text of its own if none of the three slides a window, or over
/// less than 4 × 4.
pub fn early_davies_bouldin(
    network: &Network<'_>,
    inputs: &Tensor,
    labels: &[u32],
) -> Result<f64, Error> {
    let layers = network.layers();
    let windowed = layers.iter().take(LAYERS).position(|layer| layer.window.is_some());
    let Some(layer) = windowed else {
        return Err(format!("none of the first {LAYERS} layers slides a window").into());
    };
    let tap = Tap::output(layer as u32);
    let pooled = |activation: &Tensor| Ok(max_pooled(activation, POOL)?.flatten_rows());
    let features = Features::with(network, tap, inputs, pooled)?.joined()?;
    Ok(davies_bouldin(&features, labels))
}

/// The mean of [`early_davies_bouldin`] over rounds of `round` examples, in stored order: over `rounds` of
/// them, or as many complete ones as there are.
///
/// # Errors
/// Those of [`early_davies_bouldin`]; a text of its own if there is no complete round.
pub fn mean_early_davies_bouldin(
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    round: u32,
    rounds: u32,
) -> Result<f64, Error> {
    let rounds = (dataset.examples() / round.max(1)).min(rounds);
    if rounds == 0 {
        return Err(format!("a round takes {round} examples").into());
    }
    let mut sum = 0.0;
    for batch in dataset.batches(round).take(rounds as usize) {
        let batch = batch?;
        sum += early_davies_bouldin(network, &batch.inputs, &batch.labels)?;
    }
    Ok(sum / f64::from(rounds))
}

/// The index of Davies and Bouldin (1979) of rows `[n, features]` with a label for each: the mean over
/// the classes present of the largest `(s_i + s_j) / d_ij`, where `s` is a class's mean distance to its
/// centroid and `d` the distance of two centroids. Larger means that classes overlap more.
///
/// 0 where all `s` or all `d` vanish; coincident centroids count as infinitely far apart. Work:
/// 3 × rows × classes × features, and 2 × classes² × features.
pub fn davies_bouldin(features: &Tensor, labels: &[u32]) -> f64 {
    let (classes, sizes) = numbered(labels);
    let (rows, groups) = (labels.len(), sizes.len());
    // Row `g` of the weights averages group `g`.
    let mut weights = vec![0.0; groups * rows];
    for (row, &group) in classes.iter().enumerate() {
        weights[group * rows + row] = 1.0 / sizes[group] as f32;
    }
    let shape = [groups as u32, rows as u32];
    let centroids = Tensor::from_values(&shape, &weights).matmul(features);
    let distances = |of: &Tensor| -> Vec<f64> {
        let squares = of.squared_distances(&centroids).to_vec();
        squares.into_iter().map(|square| f64::from(square).sqrt()).collect()
    };
    let mut spread = vec![0.0; groups];
    for (&group, row) in classes.iter().zip(distances(features).chunks_exact(groups)) {
        spread[group] += row[group] / sizes[group] as f64;
    }
    combine(&spread, &distances(&centroids))
}

/// Every label's position among the labels present, and how often each of those occurs.
fn numbered(labels: &[u32]) -> (Vec<usize>, Vec<usize>) {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(*label).or_default() += 1;
    }
    let position: BTreeMap<u32, usize> = counts.keys().copied().zip(0..).collect();
    (labels.iter().map(|label| position[label]).collect(), counts.into_values().collect())
}

/// The mean over groups of the largest ratio of two groups' spreads to their distance; `between` is
/// `[groups, groups]`.
fn combine(spread: &[f64], between: &[f64]) -> f64 {
    let vanish = |values: &[f64]| values.iter().all(|value| *value <= TINY);
    if vanish(spread) || vanish(between) {
        return 0.0;
    }
    let worst = |(own, row): (&f64, &[f64])| {
        let ratios = spread.iter().zip(row).map(|(other, distance)| {
            // Coincident centroids, and a group with itself, count as infinitely far apart.
            if *distance == 0.0 { 0.0 } else { (own + other) / distance }
        });
        ratios.fold(0.0, f64::max)
    };
    let rows = between.chunks_exact(spread.len());
    spread.iter().zip(rows).map(worst).sum::<f64>() / spread.len() as f64
}

#[cfg(test)]
mod tests {
    use super::{combine, numbered};

    #[test]
    fn labels_are_numbered_by_those_present() {
        assert_eq!(numbered(&[7, 2, 7, 9]), (vec![1, 0, 1, 2], vec![1, 2, 1]));
    }

    #[test]
    fn the_index_takes_the_worst_neighbour_of_each_group() {
        let between = [0.0, 2.0, 4.0, 2.0, 0.0, 8.0, 4.0, 8.0, 0.0];
        // Ratios: groups 0 and 1 3/2, 0 and 2 5/4, 1 and 2 6/8.
        assert_eq!(combine(&[1.0, 2.0, 4.0], &between), (1.5 + 1.5 + 1.25) / 3.0);
    }

    #[test]
    fn coincident_centroids_are_infinitely_far_and_nothing_is_nothing() {
        let between = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        assert_eq!(combine(&[1.0, 1.0, 1.0], &between), 2.0);
        assert_eq!(combine(&[0.0, 0.0, 0.0], &between), 0.0);
        assert_eq!(combine(&[1.0, 1.0], &[0.0; 4]), 0.0);
    }
}
