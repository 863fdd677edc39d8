//! Random numbers for the chance floor and the bootstrap: counter-based, so that draw `i` of seed
//! `s` is the same whatever was drawn before it.
//!
//! SplitMix64 (Steele, Lea, Flood 2014): its state after n steps is `start + n * GAMMA`, so the
//! n-th output is a function of the counter alone. The start of a stream mixes seed and stream.

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// One stream of a seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GAMMA)) ^ mix(stream)))
    }

    /// The number at a position, uniform in (0, 1): never 0, so that its logarithm is finite.
    pub(crate) fn uniform(self, position: u64) -> f64 {
        let steps = position.wrapping_add(1).wrapping_mul(GAMMA);
        let bits = mix(self.0.wrapping_add(steps)) >> 11;
        (bits as f64 + 0.5) / (1_u64 << 53) as f64
    }
}

/// SplitMix64's output function.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_function_is_splitmix64s() {
        // First outputs of the published generator from state 0 and from state 1234567.
        assert_eq!(mix(GAMMA), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(1_234_567_u64.wrapping_add(GAMMA)), 6_457_827_717_110_365_317);
    }

    #[test]
    fn uniform_numbers_are_uniform_and_streams_differ() {
        let stream = Stream::new(0, 0);
        let numbers: Vec<f64> = (0..10_000).map(|i| stream.uniform(i)).collect();
        assert!(numbers.iter().all(|x| *x > 0.0 && *x < 1.0));
        let mean = numbers.iter().sum::<f64>() / 10_000.0;
        let square = numbers.iter().map(|x| x * x).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01 && (square - 1.0 / 3.0).abs() < 0.01);
        assert_ne!(Stream::new(0, 1).uniform(0), stream.uniform(0));
        assert_ne!(Stream::new(1, 0).uniform(0), Stream::new(0, 1).uniform(0));
    }
}
