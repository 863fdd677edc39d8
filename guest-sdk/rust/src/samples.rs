//! Which examples a measure looks at: the first ones, shuffled ones, or equally many of each class.
//!
//! A [`Sample`] is a list of examples with their labels; its inputs are fetched batch by batch.
//! Shuffles are drawn from the seed, so that the same unit always looks at the same examples.
//!
//! ```no_run
//! # use assay_sdk::{Dataset, Error, Network, samples::Sample};
//! # fn wrong(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<usize, Error> {
//! let mut wrong = 0;
//! for batch in Sample::shuffled(dataset, 500, seed, 0)?.batches(50) {
//!     let batch = batch?;
//!     let predicted = network.logits(&batch.inputs)?.arg_max();
//!     wrong += predicted.iter().zip(&batch.labels).filter(|(p, l)| p != l).count();
//! }
//! # Ok(wrong)
//! # }
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use crate::data::spans;
use crate::{Batch, Dataset, Error, Tensor, WINDOW, random};

/// Positions of each class in a list of labels, ascending; only classes that occur.
///
/// ```
/// let classes = assay_sdk::samples::by_class(&[7, 2, 7]);
/// assert_eq!(classes[&7], [0, 2]);
/// ```
pub fn by_class(labels: &[u32]) -> BTreeMap<u32, Vec<u32>> {
    let mut classes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (position, &label) in (0..).zip(labels) {
        classes.entry(label).or_default().push(position);
    }
    classes
}

/// Some examples of the training data, in an order.
#[derive(Debug, Clone)]
pub struct Sample<'a> {
    dataset: Dataset<'a>,
    /// Index of each example in the training data.
    pub indices: Vec<u32>,
    /// Class index of each example.
    pub labels: Vec<u32>,
}

impl<'a> Sample<'a> {
    /// The first `count` examples in stored order, or as many as there are.
    ///
    /// # Errors
    /// Those of [`Dataset::labels`].
    pub fn first(dataset: &Dataset<'a>, count: u32) -> Result<Self, Error> {
        let count = count.min(dataset.examples());
        let labels = dataset.labels(0..count)?;
        Ok(Self { dataset: *dataset, indices: (0..count).collect(), labels })
    }

    /// `count` examples in random order, or as many as there are; none twice. Of a training set with
    /// more than 262,144 examples, only the first so many are drawn from. Work: 5 × examples.
    ///
    /// # Errors
    /// Those of [`Dataset::labels`].
    pub fn shuffled(
        dataset: &Dataset<'a>,
        count: u32,
        seed: u64,
        stream: u64,
    ) -> Result<Self, Error> {
        let examples = dataset.examples().min(WINDOW);
        let mut indices = random::permutation(seed, stream, examples)?;
        indices.truncate(count as usize);
        Self::of(dataset, indices)
    }

    /// Exactly `count` examples, as from a data set that is shuffled anew each time it ends: every
    /// pass is a random order of its own, from its own stream, counted from `stream` on. Work: 5 ×
    /// examples for each pass.
    ///
    /// # Errors
    /// Those of [`Dataset::labels`], and a text of its own where there is no example.
    pub fn repeated(
        dataset: &Dataset<'a>,
        count: u32,
        seed: u64,
        stream: u64,
    ) -> Result<Self, Error> {
        let examples = dataset.examples().min(WINDOW);
        if examples == 0 {
            return Err("there is no example".into());
        }
        let mut indices = Vec::with_capacity(count as usize);
        let mut left = count;
        for stream in stream.. {
            if left == 0 {
                break;
            }
            let order = random::permutation(seed, stream, examples)?;
            indices.extend(order.into_iter().take(left as usize));
            left = left.saturating_sub(examples);
        }
        Self::of(dataset, indices)
    }

    /// `per_class` examples of every class, or as many as it has, class after class; which ones, and
    /// their order within the class, is random. Class `c` draws from stream `stream + c`. Work:
    /// 2 × examples for each class.
    ///
    /// # Errors
    /// Those of [`Dataset::class`].
    pub fn balanced(
        dataset: &Dataset<'a>,
        per_class: u32,
        seed: u64,
        stream: u64,
    ) -> Result<Self, Error> {
        let (mut indices, mut labels) = (Vec::new(), Vec::new());
        for class in 0..dataset.classes() {
            let members = dataset.class(class)?;
            // A class has at most 262,144 examples: more would have been refused.
            let stream = stream.wrapping_add(u64::from(class));
            let order = random::permutation(seed, stream, members.len() as u32)?;
            for position in order.into_iter().take(per_class as usize) {
                indices.push(members[position as usize]);
                labels.push(class);
            }
        }
        Ok(Self { dataset: *dataset, indices, labels })
    }

    /// Examples by index, in the given order.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], and those of [`Dataset::labels`].
    pub fn of(dataset: &Dataset<'a>, indices: Vec<u32>) -> Result<Self, Error> {
        let all = dataset.labels(0..dataset.examples())?;
        let label = |index: &u32| {
            let label = all.get(*index as usize).copied();
            label.ok_or_else(|| Error::OutOfRange(format!("there is no example {index}")))
        };
        let labels = indices.iter().map(label).collect::<Result<_, _>>()?;
        Ok(Self { dataset: *dataset, indices, labels })
    }

    /// Number of examples.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Inputs of a range of the sample, `[length, ..shape]`; one call. Work: its elements.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::TooLarge`].
    pub fn inputs(&self, range: Range<usize>) -> Result<Tensor, Error> {
        let indices = self.indices.get(range.clone()).ok_or_else(|| {
            Error::OutOfRange(format!("{range:?} of a sample of {}", self.indices.len()))
        })?;
        self.dataset.gather(indices)
    }

    /// The sample in its order, `size` examples at a time (1 if 0 is given); the last batch holds what
    /// is left. [`Batch::start`] counts in the sample. One call for each batch.
    pub fn batches(&self, size: u32) -> impl Iterator<Item = Result<Batch, Error>> {
        // A sample is gathered by lists of indices that fit the border, so its length fits too.
        spans(self.indices.len() as u32, size).map(|span| {
            let range = span.start as usize..span.end as usize;
            let inputs = self.inputs(range.clone())?;
            Ok(Batch { start: span.start, inputs, labels: self.labels[range].to_vec() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::by_class;

    #[test]
    fn positions_are_grouped_by_label() {
        let classes = by_class(&[7, 2, 7, 9]);
        let expected = [(2, vec![1]), (7, vec![0, 2]), (9, vec![3])];
        assert_eq!(classes.into_iter().collect::<Vec<_>>(), expected);
        assert!(by_class(&[]).is_empty());
    }
}
