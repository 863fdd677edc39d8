//! Label-wise mixup accuracy: how often the midpoint of two examples of a class is predicted as that
//! class. The measure `mixup-accuracy` is this part alone.

use std::collections::BTreeMap;

use assay_sdk::{Dataset, Error, Network, Tensor};

/// Batches hold this many examples per class of the task.
const EXAMPLES_PER_CLASS: u32 = 10;
/// So many batches are looked at, or as many as there are.
const BATCHES: usize = 10;
/// Most elements and most rows of one forward pass: a quarter of what a tensor may hold, so that the
/// pair's two sides, their midpoint and the activations fit beside each other.
const ELEMENTS_MAX: u32 = 1 << 24;
const ROWS_MAX: u32 = 1 << 16;

/// The mean over batches, then over classes.
pub(crate) fn accuracy(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f64, Error> {
    let size = EXAMPLES_PER_CLASS.saturating_mul(dataset.classes());
    let mut fractions: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for batch in dataset.batches(size).take(BATCHES) {
        let batch = batch?;
        let pairs = pairs(&batch.labels);
        let predicted = predict_midpoints(network, &batch.inputs, &pairs)?;
        for (label, fraction) in kept(&pairs, &predicted) {
            fractions.entry(label).or_default().push(fraction);
        }
    }
    if fractions.is_empty() {
        return Err("no class has two examples in a batch".into());
    }
    let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    Ok(fractions.values().map(mean).sum::<f64>() / fractions.len() as f64)
}

/// Two examples of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pair {
    first: u32,
    second: u32,
    label: u32,
}

/// All unordered pairs of different positions with equal labels, class by class. In the order of the
/// measure `mixup-accuracy`, so that the host may answer the second of the two from the first's passes.
fn pairs(labels: &[u32]) -> Vec<Pair> {
    let mut classes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (position, &label) in (0..).zip(labels) {
        classes.entry(label).or_default().push(position);
    }
    let mut pairs = Vec::new();
    for (label, members) in classes {
        for (count, &second) in members.iter().enumerate() {
            pairs.extend(members[..count].iter().map(|&first| Pair { first, second, label }));
        }
    }
    pairs
}

/// The class that the network gives to each pair's midpoint.
fn predict_midpoints(
    network: &Network<'_>,
    inputs: &Tensor,
    pairs: &[Pair],
) -> Result<Vec<u32>, Error> {
    let shape = network.input_shape();
    let elements = shape.iter().fold(1, |product: u32, &axis| product.saturating_mul(axis));
    let rows = (ELEMENTS_MAX / elements.max(1)).clamp(1, ROWS_MAX) as usize;
    let mut predicted = Vec::with_capacity(pairs.len());
    for pairs in pairs.chunks(rows) {
        let side =
            |of: fn(&Pair) -> u32| inputs.gather_rows(&pairs.iter().map(of).collect::<Vec<_>>());
        let middles = (side(|pair| pair.first) + side(|pair| pair.second)) * 0.5;
        predicted.extend(network.logits(&middles)?.arg_max());
    }
    Ok(predicted)
}

/// The fraction of each class's pairs that keep their label.
fn kept(pairs: &[Pair], predicted: &[u32]) -> BTreeMap<u32, f64> {
    let mut counts: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for (pair, prediction) in pairs.iter().zip(predicted) {
        let (right, all) = counts.entry(pair.label).or_default();
        *right += u32::from(pair.label == *prediction);
        *all += 1;
    }
    counts
        .into_iter()
        .map(|(label, (right, all))| (label, f64::from(right) / f64::from(all)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Pair, kept, pairs};

    #[test]
    fn every_pair_of_a_class_comes_once() {
        let pair = |first, second, label| Pair { first, second, label };
        let expected = [pair(1, 4, 2), pair(0, 2, 7), pair(0, 3, 7), pair(2, 3, 7)];
        assert_eq!(pairs(&[7, 2, 7, 7, 2, 0]), expected);
        assert_eq!(pairs(&[3, 1, 2]), []);
        assert_eq!(pairs(&[4; 10]).len(), 45);
    }

    #[test]
    fn fractions_are_those_of_each_class() {
        let found = kept(&pairs(&[7, 2, 7, 7, 2, 0]), &[1, 7, 7, 0]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [(2, 0.0), (7, 2.0 / 3.0)]);
    }
}
