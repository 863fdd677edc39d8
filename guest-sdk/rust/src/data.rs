//! The task's training data. Test data is never here.

use std::ops::Range;

use crate::bindings::assay::measure::data as raw;
use crate::{Error, Tensor, WINDOW};

pub use raw::Statistics;

/// The training data: labelled examples in their stored order, which is the same for every measure.
#[derive(Debug, Clone, Copy)]
pub struct Dataset<'a> {
    raw: &'a raw::Dataset,
}

impl<'a> Dataset<'a> {
    pub(crate) fn new(raw: &'a raw::Dataset) -> Self {
        Self { raw }
    }

    /// Number of examples.
    pub fn examples(&self) -> u32 {
        self.raw.examples()
    }

    /// Number of classes.
    pub fn classes(&self) -> u32 {
        self.raw.classes()
    }

    /// Shape of one example: `[height, width, channels]`, or `[features]`.
    pub fn shape(&self) -> Vec<u32> {
        self.raw.shape()
    }

    /// Smallest, largest, mean and standard deviation of all input values. They are handed over as
    /// they are stored, which need not be an image range such as 0 to 1.
    pub fn statistics(&self) -> Statistics {
        self.raw.value_statistics()
    }

    /// Class indices of a range of examples; long ranges are read in several calls.
    ///
    /// # Errors
    /// [`Error::OutOfRange`].
    pub fn labels(&self, range: Range<u32>) -> Result<Vec<u32>, Error> {
        let mut labels = Vec::new();
        let mut start = range.start;
        // An empty range is asked for as well, so that a start beyond the end is refused.
        loop {
            let length = range.end.saturating_sub(start).min(WINDOW);
            labels.extend(self.raw.labels(start, length)?);
            start = start.saturating_add(length);
            if start >= range.end {
                return Ok(labels);
            }
        }
    }

    /// Indices of all examples of a class, ascending. Work: number of examples.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] (no such class), [`Error::TooLarge`] (over 262,144 examples).
    pub fn class(&self, class: u32) -> Result<Vec<u32>, Error> {
        Ok(self.raw.class_indices(class)?)
    }

    /// Inputs `[length, ..shape]` of `length` consecutive examples from `start`. Work: its elements.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::TooLarge`].
    pub fn batch(&self, start: u32, length: u32) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw.batch(start, length)?))
    }

    /// Inputs `[count, ..shape]` of examples by index, in the given order, repeats allowed; at most
    /// 262,144. Work: its elements.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::TooLarge`].
    pub fn gather(&self, indices: &[u32]) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw.gather(indices)?))
    }

    /// All examples in their stored order, `size` at a time (1 if 0 is given); the last batch holds
    /// what is left. Each batch takes two calls, made when the iterator reaches it.
    ///
    /// ```no_run
    /// # fn count(dataset: &assay_sdk::Dataset<'_>) -> Result<(), assay_sdk::Error> {
    /// for batch in dataset.batches(120).take(10) {
    ///     let batch = batch?;
    ///     assert_eq!(batch.inputs.shape()[0] as usize, batch.labels.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batches(&self, size: u32) -> Batches<'a> {
        Batches { dataset: *self, spans: spans(self.examples(), size) }
    }
}

/// Consecutive examples with their labels.
#[derive(Debug)]
pub struct Batch {
    /// Index of the first example.
    pub start: u32,
    /// Inputs `[labels.len(), ..shape]`.
    pub inputs: Tensor,
    /// Class index of each example.
    pub labels: Vec<u32>,
}

/// Iterator over batches, made by [`Dataset::batches`].
#[derive(Debug)]
pub struct Batches<'a> {
    dataset: Dataset<'a>,
    spans: Spans,
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let Range { start, end } = self.spans.next()?;
        let inputs = self.dataset.batch(start, end - start);
        let labels = self.dataset.labels(start..end);
        Some(inputs.and_then(|inputs| Ok(Batch { start, inputs, labels: labels? })))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Batches<'_> {}

/// Cuts `0..length` into ranges of `size`, the last one shorter.
pub(crate) fn spans(length: u32, size: u32) -> Spans {
    Spans { next: 0, length, size: size.max(1) }
}

/// Iterator over ranges, made by [`spans`].
#[derive(Debug)]
pub(crate) struct Spans {
    next: u32,
    length: u32,
    size: u32,
}

impl Iterator for Spans {
    type Item = Range<u32>;

    fn next(&mut self) -> Option<Range<u32>> {
        let start = self.next;
        if start >= self.length {
            return None;
        }
        self.next = start.saturating_add(self.size).min(self.length);
        Some(start..self.next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.length - self.next).div_ceil(self.size) as usize;
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::spans;

    #[test]
    fn the_last_span_holds_what_is_left() {
        let all: Vec<_> = spans(7, 3).collect();
        assert_eq!(all, [0..3, 3..6, 6..7]);
        assert_eq!(spans(7, 3).size_hint(), (3, Some(3)));
    }

    #[test]
    fn spans_of_nothing_of_everything_and_of_size_zero() {
        assert_eq!(spans(0, 3).count(), 0);
        assert_eq!(spans(3, u32::MAX).collect::<Vec<_>>(), vec![0..3]);
        assert_eq!(spans(2, 0).collect::<Vec<_>>(), [0..1, 1..2]);
        assert_eq!(spans(u32::MAX, u32::MAX - 1).count(), 2);
    }
}
