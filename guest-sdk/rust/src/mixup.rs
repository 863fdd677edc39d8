//! Mixing training examples: all pairs of a class, random partners, random weights; and the share of
//! same-class midpoints that keep their label.

use std::collections::BTreeMap;

use crate::features::{elements, rows_at_once};
use crate::samples::by_class;
use crate::{Batch, Dataset, Error, Network, Tensor, random};

/// Pairs of examples that share a label: three lists of equal length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Positions of the one side.
    pub firsts: Vec<u32>,
    /// Positions of the other side.
    pub seconds: Vec<u32>,
    /// The label that both have.
    pub labels: Vec<u32>,
}

impl Pairs {
    /// All unordered pairs of different positions with equal labels, class by class.
    pub fn of_equal_labels(labels: &[u32]) -> Self {
        let mut pairs = Self::default();
        for (label, members) in by_class(labels) {
            for (count, &second) in members.iter().enumerate() {
                for &first in &members[..count] {
                    pairs.firsts.push(first);
                    pairs.seconds.push(second);
                    pairs.labels.push(label);
                }
            }
        }
        pairs
    }

    /// The midpoints of all pairs, a tensor at a time: `rows` is `[examples, ..]`, each midpoint has
    /// one row's shape. Cut so that both sides and the midpoints fit beside what a network makes of
    /// them. Work: 4 × elements of the midpoints.
    pub fn midpoints<'a>(&'a self, rows: &'a Tensor) -> impl Iterator<Item = Tensor> + 'a {
        let shape = rows.shape();
        let size = rows_at_once(elements(shape.get(1..).unwrap_or_default())) as usize;
        self.firsts
            .chunks(size)
            .zip(self.seconds.chunks(size))
            .map(|(firsts, seconds)| (rows.gather_rows(firsts) + rows.gather_rows(seconds)) * 0.5)
    }
}

/// For each position another one of the same class: within each class, a random order of its members
/// decides who is whose partner. A position may be its own. `ranks` says for every position where it
/// stands in a random order of all, as [`random::permutation`] gives.
///
/// ```
/// # use assay_sdk::mixup::partners;
/// assert_eq!(partners(&[0, 1, 0, 0], &[2, 0, 3, 1]), [3, 1, 0, 2]);
/// ```
pub fn partners(labels: &[u32], ranks: &[u32]) -> Vec<u32> {
    let mut partners: Vec<u32> = (0..).take(labels.len()).collect();
    for members in by_class(labels).into_values() {
        let mut ordered = members.clone();
        ordered.sort_by_key(|&member| ranks.get(member as usize).copied());
        for (member, partner) in members.into_iter().zip(ordered) {
            partners[member as usize] = partner;
        }
    }
    partners
}

/// Random weights from the distribution Beta(2, 2), which is that of the middle one of three uniform
/// numbers. Work: 12 × count.
pub fn beta22(seed: u64, stream: u64, count: u32) -> Vec<f32> {
    let draws = random::uniform(seed, stream, &[count, 3]).to_vec();
    draws.chunks_exact(3).map(middle).collect()
}

fn middle(three: &[f32]) -> f32 {
    let mut sorted = three.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[three.len() / 2]
}

/// How often the midpoints of same-class pairs are predicted as their class: per class the fraction
/// within a batch, averaged over the batches in which the class has a pair, then over classes.
///
/// `predict` gives the class of each midpoint, in the order of the pairs.
///
/// # Errors
/// Those of the batches and of `predict`; a text of its own if no class has a pair.
pub fn label_accuracy(
    batches: impl Iterator<Item = Result<Batch, Error>>,
    mut predict: impl FnMut(&Tensor, &Pairs) -> Result<Vec<u32>, Error>,
) -> Result<f64, Error> {
    let mut tally = Tally::default();
    for batch in batches {
        let batch = batch?;
        let pairs = Pairs::of_equal_labels(&batch.labels);
        if !pairs.labels.is_empty() {
            tally.add_batch(&pairs.labels, &predict(&batch.inputs, &pairs)?);
        }
    }
    tally.mean().ok_or_else(|| "no class has two examples in a batch".into())
}

/// [`label_accuracy`] for mixup of the inputs, in stored order: over batches of `per_class` examples for each
/// class of the task, `batches` of them or as many as there are. Work: pairs × the network's multiply-adds.
///
/// # Errors
/// Those of [`label_accuracy`], [`Dataset::batches`] and [`Network::logits`].
pub fn input_accuracy(
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    per_class: u32,
    batches: usize,
) -> Result<f64, Error> {
    let size = per_class.saturating_mul(dataset.classes());
    label_accuracy(dataset.batches(size).take(batches), |inputs, pairs| {
        predict_inputs(network, inputs, pairs)
    })
}

/// The class that a network gives to each midpoint of pairs of inputs: what [`label_accuracy`] needs
/// for mixup of the inputs. Work: pairs × the network's multiply-adds.
///
/// # Errors
/// Those of [`Network::logits`].
pub fn predict_inputs(
    network: &Network<'_>,
    inputs: &Tensor,
    pairs: &Pairs,
) -> Result<Vec<u32>, Error> {
    let mut predicted = Vec::with_capacity(pairs.labels.len());
    for midpoints in pairs.midpoints(inputs) {
        predicted.extend(network.logits(&midpoints)?.arg_max());
    }
    Ok(predicted)
}

/// Sums of the batches seen so far. The order matters: a class that is rare in one batch weighs as much
/// there as where it is frequent.
#[derive(Debug, Default)]
struct Tally {
    /// Class -> sum of its batches' kept fractions, and the number of batches in which it had a pair.
    classes: BTreeMap<u32, (f64, u32)>,
}

impl Tally {
    fn add_batch(&mut self, labels: &[u32], predicted: &[u32]) {
        let mut batch: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (&label, &prediction) in labels.iter().zip(predicted) {
            let (kept, pairs) = batch.entry(label).or_default();
            *kept += u32::from(label == prediction);
            *pairs += 1;
        }
        for (label, (kept, pairs)) in batch {
            let (sum, batches) = self.classes.entry(label).or_default();
            *sum += f64::from(kept) / f64::from(pairs);
            *batches += 1;
        }
    }

    fn mean(&self) -> Option<f64> {
        let means = self.classes.values().map(|(sum, batches)| sum / f64::from(*batches));
        let total: f64 = means.sum();
        (!self.classes.is_empty()).then(|| total / self.classes.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Pairs, Tally, middle, partners};

    #[test]
    fn every_pair_of_a_class_comes_once() {
        let pairs = Pairs::of_equal_labels(&[7, 2, 7, 7, 2, 0]);
        assert_eq!(pairs.firsts, [1, 0, 0, 2]);
        assert_eq!(pairs.seconds, [4, 2, 3, 3]);
        assert_eq!(pairs.labels, [2, 7, 7, 7]);
        assert_eq!(Pairs::of_equal_labels(&[4; 10]).labels, vec![4; 45]);
        assert_eq!(Pairs::of_equal_labels(&[3, 1, 2]), Pairs::default());
    }

    #[test]
    fn partners_permute_each_class() {
        let labels = [5, 5, 8, 5, 8, 9];
        let found = partners(&labels, &[3, 5, 1, 0, 4, 2]);
        // Class 5 stands in the order 3, 0, 1; class 8 in the order 2, 4.
        assert_eq!(found, [3, 0, 2, 1, 4, 5]);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_middle_of_three() {
        assert_eq!(middle(&[0.5, 0.25, 0.75]), 0.5);
        assert_eq!(middle(&[0.25, 0.25, 0.75]), 0.25);
        assert_eq!(middle(&[0.0, 0.125, 0.0]), 0.0);
    }

    #[test]
    fn batches_are_averaged_before_classes() {
        let mut tally = Tally::default();
        assert_eq!(tally.mean(), None);
        // Class 0: 1/1 and 0/3, so 1/2 (its pooled fraction would be 1/4). Class 1: 1/2.
        tally.add_batch(&[0, 1, 1], &[0, 1, 0]);
        tally.add_batch(&[0, 0, 0], &[1, 1, 1]);
        assert_eq!(tally.mean(), Some(0.5));
        // Class 2 appears in one batch only and weighs as much as the others.
        tally.add_batch(&[2], &[2]);
        assert_eq!(tally.mean(), Some((0.5 + 0.5 + 1.0) / 3.0));
    }
}
