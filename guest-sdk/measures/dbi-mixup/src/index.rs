//! The index of Davies and Bouldin (1979) over the classes of a few examples.

use std::collections::BTreeMap;

use assay_sdk::{Dataset, Error, Network, Tensor};

use crate::features::Source;

/// Examples of a round.
const ROUND: u32 = 120;
/// So many rounds are looked at, or as many complete ones as there are.
const ROUNDS: u32 = 10;
/// What counts as no distance at all, as in numpy's `allclose`.
const TINY: f64 = 1e-8;

/// The mean index over the rounds.
pub(crate) fn mean_over_rounds(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f64, Error> {
    let rounds = (dataset.examples() / ROUND).min(ROUNDS);
    if rounds == 0 {
        return Err(format!("a round takes {ROUND} examples").into());
    }
    let source = Source::find(network)?;
    let mut sum = 0.0;
    for round in 0..rounds {
        let start = round * ROUND;
        let features = source.of(network, dataset, start, ROUND)?;
        sum += of_round(&features, &dataset.labels(start..start + ROUND)?);
    }
    Ok(sum / f64::from(rounds))
}

/// The index of `[n, features]` with a label for each row.
fn of_round(features: &Tensor, labels: &[u32]) -> f64 {
    let (classes, sizes) = numbered(labels);
    let (rows, groups) = (labels.len(), sizes.len());
    // Row `g` of the weights averages group `g`.
    let mut weights = vec![0.0; groups * rows];
    for (row, group) in classes.iter().enumerate() {
        weights[*group as usize * rows + row] = 1.0 / sizes[*group as usize] as f32;
    }
    let shape = [groups as u32, rows as u32];
    let centroids = Tensor::from_values(&shape, &weights).matmul(features);
    let distances = |of: &Tensor| -> Vec<f64> {
        let squares = of.squared_distances(&centroids).to_vec();
        squares.into_iter().map(|square| f64::from(square).sqrt()).collect()
    };
    let mut spread = vec![0.0; groups];
    for (group, row) in classes.iter().zip(distances(features).chunks_exact(groups)) {
        let group = *group as usize;
        spread[group] += row[group] / sizes[group] as f64;
    }
    combine(&spread, &distances(&centroids))
}

/// Every label's position among the labels present, and how often each of those occurs.
fn numbered(labels: &[u32]) -> (Vec<u32>, Vec<usize>) {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(*label).or_default() += 1;
    }
    let position: BTreeMap<u32, u32> = counts.keys().copied().zip(0..).collect();
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
