//! What a fuzz target is, and the checks that all of them share.

use std::fmt::Debug;

use crate::{Material, Seed};

/// One place where bytes of others come in.
#[derive(Debug)]
pub struct Target {
    /// Its name, which is that of its binary and of its corpus.
    pub name: &'static str,
    /// What it feeds, and what must hold.
    pub about: &'static str,
    /// Its part of a number of executions that all targets share, large for fast targets. As they are, the
    /// slowest get a quarter of an hour of ten million, and most get some minutes.
    pub weight: u32,
    /// Mutated inputs of the short run, which is a test of the ordinary test command.
    pub short: u32,
    /// Most bytes of an input.
    pub length_max: usize,
    /// What one input may make the process hold.
    pub memory: Memory,
    /// Takes one input. It panics if something does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn(&Material) -> Vec<Seed>,
    /// Words that inputs are made of.
    pub words: &'static [&'static str],
}

/// Bytes that may be held at once, on the thread that reads the input.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Whatever the input.
    pub base: u64,
    /// More for each byte of the input.
    pub per_byte: u64,
}

impl Memory {
    /// So many MiB, and so many bytes more for each of the input.
    pub const fn new(mebibytes: u64, per_byte: u64) -> Self {
        Self { base: mebibytes << 20, per_byte }
    }

    fn of(self, length: usize) -> u64 {
        self.base + self.per_byte * length as u64
    }
}

impl Target {
    /// Feeds one input, and holds the target to its memory.
    ///
    /// # Panics
    ///
    /// If something does not hold.
    pub fn feed(&self, input: &[u8]) {
        let input = &input[..input.len().min(self.length_max)];
        let held = allocation_counter::measure(|| (self.run)(input)).bytes_max;
        let (length, max) = (input.len(), self.memory.of(input.len()));
        assert!(
            held <= max,
            "{}: {held} bytes were held for {length} bytes of input, at most {max} may be",
            self.name
        );
    }
}

/// What two readings of the same bytes give, which must be the same.
///
/// # Panics
///
/// If they differ.
pub(crate) fn twice<T: PartialEq + Debug>(mut read: impl FnMut() -> T) -> T {
    let first = read();
    let second = read();
    assert_eq!(first, second, "the same bytes were read in two ways");
    first
}

/// Floats by their bits, so that NaN equals itself.
pub(crate) fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Arrays by their bits.
pub(crate) fn arrays(arrays: &[Vec<f32>]) -> Vec<Vec<u32>> {
    arrays.iter().map(|array| bits(array)).collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn holding(bytes: fn(&[u8])) -> Target {
        Target {
            name: "holding",
            about: "holds bytes",
            weight: 1,
            short: 1,
            length_max: 8,
            memory: Memory { base: 1000, per_byte: 100 },
            run: bytes,
            seeds: |_| Vec::new(),
            words: &[],
        }
    }

    /// Holds so many bytes for a moment, and keeps the compiler from leaving that out.
    fn hold(bytes: usize) {
        drop(std::hint::black_box(vec![0_u8; bytes]));
    }

    #[test]
    fn a_target_that_holds_too_much_fails() {
        let target = holding(|input| hold(1000 + 100 * input.len()));
        target.feed(&[0; 5]);
        target.feed(&[0; 100]);
        let target = holding(|input| hold(1001 + 100 * input.len()));
        assert!(catch_unwind(|| target.feed(&[0; 5])).is_err());
        // What is given back is not held.
        holding(|_| (0..100).for_each(|_| hold(1000))).feed(&[]);
    }

    #[test]
    fn readings_that_differ_fail() {
        assert_eq!(twice(|| 7), 7);
        let next = std::cell::Cell::new(0);
        let count = std::panic::AssertUnwindSafe(|| twice(|| next.replace(next.get() + 1)));
        assert!(catch_unwind(count).is_err());
        assert_eq!(bits(&[f32::NAN]), bits(&[f32::NAN]));
        assert_ne!(bits(&[0.0]), bits(&[-0.0]));
    }
}
