//! A deterministic mutator for the short run: the same inputs on every machine, each time.

use crate::{Seed, Target};

/// A small generator of random numbers (SplitMix64, Steele et al. 2014).
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `of`, which is not 0.
    fn below(&mut self, of: usize) -> usize {
        (self.next() % of as u64) as usize
    }
}

/// Numbers at which lengths and counts go wrong.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0xffff,
    0x10000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Mutated inputs of a target, one after the other, without end.
#[derive(Debug)]
pub struct Mutator<'a> {
    seeds: &'a [Seed],
    words: &'a [&'a str],
    length_max: usize,
    random: Random,
}

impl<'a> Mutator<'a> {
    /// Mutates these seeds for a target. Targets differ in what they get of the same seeds.
    pub fn new(target: &'a Target, seeds: &'a [Seed]) -> Self {
        let of_name =
            target.name.bytes().fold(0_u64, |all, byte| all << 5 ^ all >> 59 ^ u64::from(byte));
        Self { seeds, words: target.words, length_max: target.length_max, random: Random(of_name) }
    }

    fn seed(&mut self) -> Vec<u8> {
        match self.seeds.len() {
            0 => Vec::new(),
            count => self.seeds[self.random.below(count)].bytes.clone(),
        }
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let at = self.random.below(input.len() + 1);
        match self.random.below(9) {
            0 => flip(input, at, self.random.next()),
            1 => set(input, at, &[self.random.next() as u8]),
            2 => input.truncate(at),
            3 => {
                let length = 1 + self.random.below(16);
                input.drain(at..(at + length).min(input.len()));
            }
            4 => {
                let bytes = self.random.next().to_le_bytes();
                let length = 1 + self.random.below(8);
                input.splice(at..at, bytes.into_iter().take(length));
            }
            5 => {
                // A length or a count, of any width, in either order of bytes.
                let width = [1, 2, 4, 8][self.random.below(4)];
                let edge = EDGES[self.random.below(EDGES.len())];
                let mut bytes = edge.to_le_bytes()[..width].to_vec();
                if self.random.below(4) == 0 {
                    bytes.reverse();
                }
                set(input, at, &bytes);
            }
            6 => {
                // A piece of another seed, or of this one.
                let other = self.seed();
                let from = self.random.below(other.len() + 1);
                let length = self.random.below(256);
                let piece = other[from..].iter().take(length).copied();
                input.splice(at..at, piece);
            }
            7 => {
                // The rest of another seed.
                let other = self.seed();
                input.truncate(at);
                input.extend_from_slice(&other[at.min(other.len())..]);
            }
            _ => {
                if !self.words.is_empty() {
                    let word = self.words[self.random.below(self.words.len())];
                    input.splice(at..at, word.bytes());
                }
            }
        }
        input.truncate(self.length_max);
    }
}

impl Iterator for Mutator<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.seed();
        input.truncate(self.length_max);
        // Mostly few changes: what is wrong in many places is refused at the first.
        for _ in 0..=self.random.below(4) {
            self.mutate(&mut input);
        }
        Some(input)
    }
}

fn flip(input: &mut [u8], at: usize, random: u64) {
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << (random % 8);
    }
}

fn set(input: &mut [u8], at: usize, bytes: &[u8]) {
    for (to, from) in input[at..].iter_mut().zip(bytes) {
        *to = *from;
    }
}
