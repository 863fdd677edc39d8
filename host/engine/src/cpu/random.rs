//! Random tensors and orders, as the head of the interface `tensors` describes them: every number is
//! a function of (seed, stream, position).

use std::f64::consts::TAU;

use assay_ids::Stream;
use rayon::prelude::*;

use crate::{Lane, Tensor};

/// Blocks of the generator that one thread takes at a time.
const BLOCKS: usize = 1 << 10;

/// Normal numbers of mean 0 and deviation 1 (Box and Muller 1958), in 64-bit floats, rounded once.
pub(crate) fn normal(lane: &Lane, seed: u64, stream: u64, shape: Vec<usize>) -> Tensor {
    let stream = Stream { seed, stream };
    let mut values = vec![0.0; shape.iter().product()];
    let pieces = values.par_chunks_mut(4 * BLOCKS).enumerate();
    lane.run(|| pieces.for_each(|(piece, out)| fill_normal(stream, piece * BLOCKS, out)));
    Tensor::new(shape, values)
}

/// The normal numbers from a block on.
fn fill_normal(stream: Stream, first: usize, out: &mut [f32]) {
    for (numbers, block) in out.chunks_mut(4).zip(first as u64..) {
        let words = stream.block(block);
        let pairs = [pair(words[0], words[1]), pair(words[2], words[3])];
        numbers.copy_from_slice(&pairs.as_flattened()[..numbers.len()]);
    }
}

/// Two normal numbers from two words.
fn pair(first: u32, second: u32) -> [f32; 2] {
    const STEP: f64 = assay_ids::UNIFORM_STEP as f64;
    // One step above 0, so that the logarithm is finite.
    let u = f64::from((first >> 8) + 1) * STEP;
    let v = f64::from(second >> 8) * STEP;
    let radius = (-2.0 * libm::log(u)).sqrt();
    let angle = TAU * v;
    [(radius * libm::cos(angle)) as f32, (radius * libm::sin(angle)) as f32]
}

/// Uniform numbers in [0, 1), multiples of 2^-24.
pub(crate) fn uniform(seed: u64, stream: u64, shape: Vec<usize>) -> Tensor {
    let mut values = vec![0.0; shape.iter().product()];
    Stream { seed, stream }.fill_uniform(0, &mut values);
    Tensor::new(shape, values)
}

/// A random order of 0 to `length` - 1 (Fisher and Yates).
pub(crate) fn permutation(seed: u64, stream: u64, length: u32) -> Vec<u32> {
    let mut words = vec![0; length.saturating_sub(1) as usize];
    Stream { seed, stream }.fill_words(0, &mut words);
    let mut order: Vec<u32> = (0..length).collect();
    for (last, word) in (1..length).rev().zip(words) {
        let other = (u64::from(word) * u64::from(last + 1)) >> 32;
        order.swap(last as usize, other as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(seed: u64, stream: u64, shape: Vec<usize>) -> Tensor {
        super::normal(&Lane::new(1).unwrap(), seed, stream, shape)
    }

    const COUNT: usize = 1 << 16;

    #[test]
    fn normal_numbers_have_normal_moments() {
        let numbers = normal(0, 0, vec![COUNT]);
        let moment = |power: i32| {
            numbers.values().iter().map(|x| f64::from(*x).powi(power)).sum::<f64>() / COUNT as f64
        };
        // Five deviations of each mean: the deviations are sqrt(1, 2, 15, 96) / 256.
        for (power, expected, deviation) in
            [(1, 0.0, 1.0), (2, 1.0, 1.42), (3, 0.0, 3.88), (4, 3.0, 9.8)]
        {
            let found = moment(power);
            assert!((found - expected).abs() < 5.0 * deviation / 256.0, "{power}: {found}");
        }
    }

    /// Chi-square over 16 cells of equal chance, whose borders are quantiles of the normal
    /// distribution (`statistics.NormalDist().inv_cdf(i / 16)` of Python).
    #[test]
    fn normal_numbers_are_normally_distributed() {
        let borders = [
            -1.534_121, -1.150_349, -0.887_147, -0.674_490, -0.488_776, -0.318_639, -0.157_311,
            0.000_000, 0.157_311, 0.318_639, 0.488_776, 0.674_490, 0.887_147, 1.150_349, 1.534_121,
        ];
        let mut counts = [0_u32; 16];
        for x in normal(1, 9, vec![COUNT]).values() {
            counts[borders.partition_point(|border| border < x)] += 1;
        }
        let each = COUNT as f64 / 16.0;
        let chi: f64 = counts.iter().map(|n| (f64::from(*n) - each).powi(2) / each).sum();
        // 15 degrees of freedom: 0.001 and 0.999 quantiles are 3.5 and 37.7.
        assert!((3.5..37.7).contains(&chi), "{chi}");
    }

    #[test]
    fn neighbours_do_not_correlate() {
        let numbers = normal(2, 5, vec![COUNT]);
        for lag in 1..9 {
            let pairs = numbers.values().iter().zip(&numbers.values()[lag..]);
            let sum: f64 = pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((sum / COUNT as f64).abs() < 5.0 / 256.0, "{lag}: {sum}");
        }
    }

    /// Made by an independent program of the documentation's words in Python.
    #[test]
    fn the_first_numbers_are_the_documented_ones() {
        let (seed, stream) = (0x0123_4567_89ab_cdef, 42);
        assert_eq!(
            normal(seed, stream, vec![6]).values(),
            [0.056_941_97, 0.785_613_36, 1.009_941, 1.401_235_5, 1.330_313_2, -0.085_015_2]
        );
        assert_eq!(
            uniform(seed, stream, vec![5]).values(),
            [0.733_288_94, 0.238_484_44, 0.224_985_12, 0.150_605_02, 0.411_280_2]
        );
        assert_eq!(permutation(seed, stream, 10), [6, 3, 0, 5, 4, 8, 9, 1, 2, 7]);
    }

    #[test]
    fn the_beginning_does_not_depend_on_the_length() {
        for count in [0, 1, 3, 4, 5, 17] {
            let (short, long) = (normal(3, 1, vec![count]), normal(3, 1, vec![40]));
            assert_eq!(short.values(), &long.values()[..count]);
            let (short, long) = (uniform(3, 1, vec![count]), uniform(3, 1, vec![40]));
            assert_eq!(short.values(), &long.values()[..count]);
        }
        assert_ne!(normal(3, 1, vec![4]), normal(3, 2, vec![4]));
        assert_ne!(normal(3, 1, vec![4]), normal(4, 1, vec![4]));
    }

    #[test]
    fn threads_do_not_matter() {
        let two = super::normal(&Lane::new(2).unwrap(), 5, 6, vec![20_001]);
        assert_eq!(two, normal(5, 6, vec![20_001]));
        assert_eq!(two.values()[19_999], normal(5, 6, vec![20_000]).values()[19_999]);
    }

    #[test]
    fn permutations_lose_nothing_and_all_orders_are_as_likely() {
        let mut sorted = permutation(0, 0, 1000);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert_eq!(permutation(0, 0, 0), [0; 0]);
        assert_eq!(permutation(0, 0, 1), [0]);
        let mut counts = std::collections::BTreeMap::new();
        for stream in 0..24_000 {
            *counts.entry(permutation(7, stream, 4)).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let chi: f64 = counts.values().map(|n| (f64::from(*n) - 1000.0).powi(2) / 1000.0).sum();
        // 23 degrees of freedom: 0.001 and 0.999 quantiles are 7.5 and 49.7.
        assert!((7.5..49.7).contains(&chi), "{chi}");
    }
}
