//! The mean over batches, then over classes. The order matters: a class that is rare in one batch
//! weighs as much there as where it is frequent.

use std::collections::BTreeMap;

/// Sums of the batches seen so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Class -> sum of its batches' kept fractions, and the number of batches in which it had a pair.
    classes: BTreeMap<u32, (f64, u32)>,
}

impl Tally {
    /// Adds one batch: the label of each pair, and what its midpoint was predicted as.
    pub(crate) fn add_batch(&mut self, labels: &[u32], predicted: &[u32]) {
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

    /// The mean, or none if no batch had a pair.
    pub(crate) fn mean(&self) -> Option<f64> {
        let means = self.classes.values().map(|(sum, batches)| sum / f64::from(*batches));
        let total: f64 = means.sum();
        (!self.classes.is_empty()).then(|| total / self.classes.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn batches_are_averaged_before_classes() {
        let mut tally = Tally::default();
        // Class 0: 1/1 and 0/3, so 1/2 (its pooled fraction would be 1/4). Class 1: 1/2.
        tally.add_batch(&[0, 1, 1], &[0, 1, 0]);
        tally.add_batch(&[0, 0, 0], &[1, 1, 1]);
        assert_eq!(tally.mean(), Some(0.5));
        // Class 2 appears in one batch only and weighs as much as the others.
        tally.add_batch(&[2], &[2]);
        assert_eq!(tally.mean(), Some((0.5 + 0.5 + 1.0) / 3.0));
    }

    #[test]
    fn a_batch_without_pairs_changes_nothing() {
        let mut tally = Tally::default();
        tally.add_batch(&[], &[]);
        assert_eq!(tally.mean(), None);
        tally.add_batch(&[5], &[4]);
        tally.add_batch(&[], &[]);
        assert_eq!(tally.mean(), Some(0.0));
    }
}
