//! Training examples without end, in a new random order in each round: for measures that walk or
//! train.

use crate::{Batch, Dataset, Error, random};

/// Hands out batches of consecutive examples of the stream. Round `n` of the data draws its order from
/// stream `n` of the seed; where a number of examples is known beforehand, a
/// [`Sample`](crate::samples::Sample) is simpler.
#[derive(Debug)]
pub struct Stream<'a> {
    dataset: &'a Dataset<'a>,
    labels: Vec<u32>,
    seed: u64,
    rounds: u64,
    /// What is left of the round, last first.
    left: Vec<u32>,
}

impl<'a> Stream<'a> {
    /// The stream of a data set.
    ///
    /// # Errors
    /// Those of [`Dataset::labels`], and a text of its own where there is no example.
    pub fn new(dataset: &'a Dataset<'a>, seed: u64) -> Result<Self, Error> {
        let labels = dataset.labels(0..dataset.examples())?;
        if labels.is_empty() {
            return Err("the task has no examples".into());
        }
        Ok(Self { dataset, labels, seed, rounds: 0, left: Vec::new() })
    }

    /// The next `size` examples. Work: their elements, and 5 × examples for each round that begins.
    ///
    /// # Errors
    /// Those of [`Dataset::gather`].
    pub fn next(&mut self, size: usize) -> Result<Batch, Error> {
        let mut indices = Vec::with_capacity(size);
        while indices.len() < size {
            if self.left.is_empty() {
                self.left = random::permutation(self.seed, self.rounds, self.dataset.examples())?;
                self.rounds += 1;
            }
            indices.extend(self.left.pop());
        }
        let labels = indices.iter().map(|index| self.labels[*index as usize]).collect();
        Ok(Batch { start: 0, inputs: self.dataset.gather(&indices)?, labels })
    }
}
