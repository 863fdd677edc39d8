//! Large buffers that a thread uses again and again: fresh memory costs a page fault every 4 KiB,
//! which took a third of the time before.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Buffers that a thread keeps at most, and values of all of them together (256 MiB); the smallest
/// goes first. A way back through a network uses one for each activation that it keeps.
const KEPT: usize = 48;
const KEPT_VALUES: usize = 1 << 26;

thread_local! {
    static FREE: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer whose memory goes back to the thread that drops it.
pub(crate) struct Buffer {
    values: Vec<f32>,
    length: usize,
}

impl Buffer {
    /// A buffer of this length. Its values are left over from earlier uses: write before reading.
    pub(crate) fn stale(length: usize) -> Self {
        let mut values = FREE.with_borrow_mut(|free| {
            // The smallest that is large enough, or else the largest, which then grows.
            let fitting = free.iter().position(|values| values.len() >= length);
            match fitting.or(free.len().checked_sub(1)) {
                Some(at) => free.remove(at),
                None => Vec::new(),
            }
        });
        if values.len() < length {
            // A new allocation, so that the old values are not copied; zeros come from the system.
            values = vec![0.0; length];
        }
        Self { values, length }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        keep(std::mem::take(&mut self.values));
    }
}

/// A vector of exactly this length, for results that may leave for good. Its values are left over
/// from earlier uses: write before reading.
pub(crate) fn vector(length: usize) -> Vec<f32> {
    let kept = FREE.with_borrow_mut(|free| {
        let at = free.binary_search_by_key(&length, Vec::len).ok()?;
        Some(free.remove(at))
    });
    kept.unwrap_or_else(|| vec![0.0; length])
}

/// Keeps a vector's memory for this thread's next uses.
pub(crate) fn keep(values: Vec<f32>) {
    if values.is_empty() {
        return;
    }
    // A thread that is ending has no list any more.
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        let at = free.partition_point(|other| other.len() < values.len());
        free.insert(at, values);
        let mut held: usize = free.iter().map(Vec::len).sum();
        while free.len() > KEPT || held > KEPT_VALUES {
            held -= free.remove(0).len();
        }
    });
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.values[..self.length]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_lengths_are_exact() {
        let first = Buffer::stale(1000);
        let place = first.as_ptr();
        drop(first);
        let second = Buffer::stale(900);
        assert_eq!((second.as_ptr(), second.len()), (place, 900));
        let third = Buffer::stale(10);
        assert_ne!(third.as_ptr(), place, "the first is in use");
    }

    #[test]
    fn the_smallest_that_fits_is_taken_and_few_are_kept() {
        drop([5, 50, 500].map(Buffer::stale));
        assert_eq!(Buffer::stale(20).values.len(), 50);
        drop((1..100).map(Buffer::stale).collect::<Vec<_>>());
        assert_eq!(FREE.with_borrow(Vec::len), KEPT);
        keep(vec![0.0; KEPT_VALUES]);
        assert_eq!(FREE.with_borrow(Vec::len), 1);
    }

    #[test]
    fn a_vector_takes_memory_of_its_own_length_only() {
        keep(vec![7.0; 100]);
        assert_eq!(vector(99), [0.0; 99]);
        assert_eq!(vector(100), [7.0; 100]);
        assert_eq!(vector(100), [0.0; 100], "the first was taken");
    }
}
