//! The trainer's random numbers: SplitMix64 streams, so that a recipe gives the same shuffles and
//! initial weights with any version of any library.
//!
//! SplitMix64 is Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.

use assay_ids::Digester;

/// One stream of random numbers.
pub(crate) struct Random(u64);

impl Random {
    /// The stream of one purpose ("shuffle", "weights", ...) and its numbers; no two share a
    /// sequence.
    pub(crate) fn new(purpose: &str, numbers: &[u64]) -> Self {
        let mut digester = Digester::new("assay trainer");
        digester.text(purpose);
        for number in numbers {
            digester.number(*number);
        }
        let digest = digester.finish();
        let seed = digest.as_bytes()[..8].iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        Self(seed)
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A multiple of 2^-24 in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 * (1.0 / (1_u32 << 24) as f32)
    }

    /// A number below `bound`, which must not be 0. The bias of this method is below
    /// `bound / 2^64`, far under what any training run could show.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Puts a list into random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last + 1);
            list.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of SplitMix64 for seed 1234567, as published with the algorithm.
        let mut random = Random(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        let published =
            [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(first, published);
    }

    #[test]
    fn a_shuffle_moves_everything_and_loses_nothing() {
        let order = |cell| {
            let mut list: Vec<u32> = (0..100).collect();
            Random::new("shuffle", &[1, cell]).shuffle(&mut list);
            list
        };
        let (a, b) = (order(0), order(1));
        assert_eq!(a, order(0));
        assert_ne!(a, b);
        let mut sorted = a;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn unit_numbers_fill_the_interval() {
        let mut random = Random::new("unit", &[]);
        let numbers: Vec<f32> = (0..10_000).map(|_| random.unit()).collect();
        let mean = numbers.iter().sum::<f32>() / 10_000.0;
        assert!(numbers.iter().all(|x| (0.0..1.0).contains(x)));
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
