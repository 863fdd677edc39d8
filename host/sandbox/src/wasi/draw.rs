//! Random numbers that follow from the unit's seed: the same for the same unit everywhere, and none of the
//! numbers that the interface `tensors` draws from that seed.

use assay_ids::{Digest, Digester, Stream, UnitSeed};
use wasmtime::bail;
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};

use crate::state::State;

/// What each call counts as at least, so that small calls cannot fill a transcript.
const LEAST: u64 = 8;

/// One of the two generators.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Secure,
    Insecure,
}

/// The generators of a unit. Each is a stream of words, taken in order; a call begins with a fresh word.
pub(super) struct Random {
    /// A key of its own, so that no stream is one that the measure can draw from by its seed.
    key: u64,
    /// Words taken of each stream.
    taken: [u64; 2],
    /// What may still be handed out, in bytes.
    left: u64,
    max: u64,
}

impl Random {
    pub(super) fn new(seed: UnitSeed, bytes_max: usize) -> Self {
        let digest = Digester::new("assay wasi random").number(seed.0).finish();
        let mut low = [0; 8];
        low.copy_from_slice(&digest.as_bytes()[..8]);
        let max = bytes_max as u64;
        Self { key: u64::from_le_bytes(low), taken: [0; 2], left: max, max }
    }

    /// The next bytes of a generator.
    fn bytes(&mut self, kind: Kind, length: u64) -> wasmtime::Result<Vec<u8>> {
        match self.left.checked_sub(length.max(LEAST)) {
            Some(left) => self.left = left,
            None => bail!("wasi:random gives a unit at most {} bytes", self.max),
        }
        let mut words = vec![0; length.div_ceil(4) as usize];
        let taken = &mut self.taken[kind as usize];
        Stream { seed: self.key, stream: kind as u64 }.fill_words(*taken, &mut words);
        *taken += words.len() as u64;
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.truncate(length as usize);
        Ok(bytes)
    }

    /// Two numbers that are the same each time.
    fn seed(&self) -> (u64, u64) {
        let [a, b, c, d] = Stream { seed: self.key, stream: 2 }.block(0).map(u64::from);
        (a | b << 32, c | d << 32)
    }
}

impl State {
    /// Draws, and notes what was drawn.
    fn draw(&mut self, kind: Kind, length: u64) -> wasmtime::Result<Vec<u8>> {
        let bytes = self.wasi.random.bytes(kind, length)?;
        let name = match kind {
            Kind::Secure => "wasi.random",
            Kind::Insecure => "wasi.insecure-random",
        };
        self.note(name, &format!("{length} bytes, {}", Digest::of(&bytes)));
        Ok(bytes)
    }

    fn draw_number(&mut self, kind: Kind) -> wasmtime::Result<u64> {
        let bytes = self.draw(kind, 8)?;
        Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

impl random::Host for State {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(Kind::Secure, length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw_number(Kind::Secure)
    }
}

impl insecure::Host for State {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.draw(Kind::Insecure, length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.draw_number(Kind::Insecure)
    }
}

impl insecure_seed::Host for State {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok(self.wasi.random.seed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(seed: u64) -> Random {
        Random::new(UnitSeed(seed), 100)
    }

    #[test]
    fn equal_seeds_give_equal_bytes_and_other_seeds_others() {
        let draw = |seed, kind| random(seed).bytes(kind, 13).unwrap();
        assert_eq!(draw(1, Kind::Secure), draw(1, Kind::Secure));
        assert_eq!(draw(1, Kind::Secure).len(), 13);
        assert_ne!(draw(1, Kind::Secure), draw(2, Kind::Secure));
        assert_ne!(draw(1, Kind::Secure), draw(1, Kind::Insecure));
        assert_ne!(random(1).seed(), random(2).seed());
    }

    #[test]
    fn bytes_go_on_where_the_last_call_ended() {
        let mut one = random(3);
        let (first, second) =
            (one.bytes(Kind::Secure, 8).unwrap(), one.bytes(Kind::Secure, 8).unwrap());
        assert_eq!(random(3).bytes(Kind::Secure, 16).unwrap(), [first, second].concat());
    }

    #[test]
    fn a_measures_own_streams_are_others() {
        let drawn = random(5).bytes(Kind::Secure, 4).unwrap();
        assert_ne!(drawn, Stream { seed: 5, stream: 0 }.word(0).to_le_bytes());
    }

    #[test]
    fn a_unit_gets_so_many_bytes_and_small_calls_count_too() {
        let mut all = random(0);
        assert!(all.bytes(Kind::Secure, 101).is_err());
        assert!(all.bytes(Kind::Secure, u64::MAX).is_err());
        assert!(all.bytes(Kind::Secure, 100).is_ok());
        assert!(all.bytes(Kind::Insecure, 0).is_err());
        let mut small = random(0);
        let given = (0..100).take_while(|_| small.bytes(Kind::Secure, 1).is_ok()).count();
        assert_eq!(given, 12);
    }
}
