//! Which examples of a batch are mixed with which.

use std::collections::BTreeMap;

/// Pairs of examples that share a label: three lists of equal length.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs {
    pub(crate) firsts: Vec<u32>,
    pub(crate) seconds: Vec<u32>,
    pub(crate) labels: Vec<u32>,
}

impl Pairs {
    /// All unordered pairs of different positions with equal labels, class by class.
    pub(crate) fn of_equal_labels(labels: &[u32]) -> Self {
        let mut classes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (position, &label) in (0..).zip(labels) {
            classes.entry(label).or_default().push(position);
        }
        let mut pairs = Self::default();
        for (label, members) in classes {
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
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn every_pair_of_a_class_comes_once() {
        let pairs = Pairs::of_equal_labels(&[7, 2, 7, 7, 2, 0]);
        assert_eq!(pairs.firsts, [1, 0, 0, 2]);
        assert_eq!(pairs.seconds, [4, 2, 3, 3]);
        assert_eq!(pairs.labels, [2, 7, 7, 7]);
    }

    #[test]
    fn n_examples_make_n_choose_2_pairs() {
        let pairs = Pairs::of_equal_labels(&[4; 10]);
        assert_eq!(pairs.labels, vec![4; 45]);
        assert!(pairs.firsts.iter().zip(&pairs.seconds).all(|(first, second)| first < second));
    }

    #[test]
    fn lone_examples_make_no_pair() {
        assert_eq!(Pairs::of_equal_labels(&[3, 1, 2]), Pairs::default());
        assert_eq!(Pairs::of_equal_labels(&[]), Pairs::default());
    }
}
