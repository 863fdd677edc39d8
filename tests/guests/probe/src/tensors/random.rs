//! Random numbers, against the generator as the contract describes it.

use assay_sdk::{Error, WINDOW, random};

use crate::check::{Checks, kind};

/// Large in both halves, so that a lost half shows.
const SEED: u64 = 0x0123_4567_89ab_cdef;
const STREAM: u64 = 0xfedc_ba98_7654_3210;

pub(crate) fn random(checks: &mut Checks) -> Result<(), Error> {
    // The authors' own vector for Philox 4x32-10: key and counter 0.
    let words: [u32; 4] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8];
    checks.same("the probe's own generator", block(0, 0, 0), words)?;
    let expected = words.map(|word| (word >> 8) as f32 / 16_777_216.0);
    checks.tensor("uniform of zeros", &random::uniform(0, 0, &[2, 2]), &[2, 2], &expected)?;
    let expected: Vec<f32> = (0..11).map(|at| (word(at) >> 8) as f32 / 16_777_216.0).collect();
    checks.tensor("uniform", &random::uniform(SEED, STREAM, &[11]), &[11], &expected)?;
    let expected: Vec<f32> = (0..11).map(normal).collect();
    let found = random::normal(SEED, STREAM, &[11]);
    checks.tensor_within("normal", &found, &[11], &expected, 1e-6)?;
    let found = random::permutation(SEED, STREAM, 50)?;
    checks.same("permutation", found, permutation(50))?;
    checks.same("permutation of nothing", random::permutation(SEED, STREAM, 0)?, Vec::new())?;
    let many = random::normal(SEED, 1, &[1000]);
    checks.that("mean 0", many.mean().abs() < 0.2)?;
    checks.that("deviation 1", (many.variance() - 1.0).abs() < 0.3)?;
    let nine = [1; 9];
    let refused = random::try_normal(SEED, STREAM, &nine);
    checks.refused("normal with 9 axes", refused, kind::ARGUMENT)?;
    let refused = random::try_uniform(SEED, STREAM, &nine);
    checks.refused("uniform with 9 axes", refused, kind::ARGUMENT)?;
    let long = random::permutation(SEED, STREAM, WINDOW + 1);
    checks.refused("a permutation over the window", long, kind::LARGE)
}

/// Block `index` of a stream: Philox 4x32-10 (Salmon et al. 2011).
fn block(seed: u64, stream: u64, index: u64) -> [u32; 4] {
    let halves = |word: u64| [word as u32, (word >> 32) as u32];
    let product = |a: u32, b: u32| halves(u64::from(a) * u64::from(b));
    let mut key = halves(seed);
    let ([a, b], [c, d]) = (halves(index), halves(stream));
    let mut counter = [a, b, c, d];
    for _ in 0..10 {
        let [low, high] = product(0xd251_1f53, counter[0]);
        let [other_low, other_high] = product(0xcd9e_8d57, counter[2]);
        counter = [other_high ^ counter[1] ^ key[0], other_low, high ^ counter[3] ^ key[1], low];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    counter
}

fn word(at: u64) -> u32 {
    block(SEED, STREAM, at / 4)[(at % 4) as usize]
}

/// Box and Muller.
fn normal(at: u64) -> f32 {
    let pair = at / 2 * 2;
    let [u, v] = [word(pair), word(pair + 1)].map(|word| f64::from(word >> 8));
    let radius = (-2.0 * ((u + 1.0) / 16_777_216.0).ln()).sqrt();
    let (sine, cosine) = (std::f64::consts::TAU * v / 16_777_216.0).sin_cos();
    (radius * if at == pair { cosine } else { sine }) as f32
}

/// Fisher and Yates.
fn permutation(length: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..length).collect();
    for last in (1..length).rev() {
        let word = u64::from(word(u64::from(length - 1 - last)));
        let other = (word * u64::from(last + 1)) >> 32;
        order.swap(last as usize, other as usize);
    }
    order
}
