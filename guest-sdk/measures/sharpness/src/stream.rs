//! Training examples without end, in a new random order in each round.

use assay_sdk::{Batch, Dataset, Error, random};

/// Hands out batches of consecutive examples of the stream.
pub(crate) struct Stream<'a> {
    dataset: &'a Dataset<'a>,
    labels: Vec<u32>,
    seed: u64,
    rounds: u64,
    /// What is left of the round, last first.
    left: Vec<u32>,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(dataset: &'a Dataset<'a>, seed: u64) -> Result<Self, Error> {
        let labels = dataset.labels(0..dataset.examples())?;
        if labels.is_empty() {
            return Err("the task has no examples".into());
        }
        Ok(Self { dataset, labels, seed, rounds: 0, left: Vec::new() })
    }

    pub(crate) fn next(&mut self, size: usize) -> Result<Batch, Error> {
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
