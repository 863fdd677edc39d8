//! Random numbers by counting: number `i` of a stream depends on (seed, stream, i) alone, so any
//! part of a stream can be drawn again, in any order, on any number of threads.
//!
//! The generator is Philox 4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
//! easy as 1, 2, 3" (2011). The interface `tensors` of the WIT package says how measures see it.

/// Multipliers of the two halves of a round.
const MULTIPLIERS: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// What the key grows by from round to round: the golden ratio, and the root of 3 less 1.
const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: usize = 10;
/// Words of one block.
const WORDS: u64 = 4;

/// The size of one step of uniform numbers: they are multiples of 2^-24, which 32-bit floats hold
/// exactly.
pub const UNIFORM_STEP: f32 = 1.0 / (1_u32 << 24) as f32;

/// One stream of one seed: 2^64 words of 32 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// The key of the generator.
    pub seed: u64,
    /// Which of the seed's streams; no two share a block.
    pub stream: u64,
}

impl Stream {
    /// Words `4 index` to `4 index + 3`.
    pub fn block(self, index: u64) -> [u32; 4] {
        let [low, high] = halves(index);
        let [stream_low, stream_high] = halves(self.stream);
        philox([low, high, stream_low, stream_high], halves(self.seed))
    }

    /// The word at a position.
    pub fn word(self, index: u64) -> u32 {
        self.block(index / WORDS)[(index % WORDS) as usize]
    }

    /// The uniform number at a position: a multiple of 2^-24 in [0, 1).
    pub fn uniform(self, index: u64) -> f32 {
        unit(self.word(index))
    }

    /// The words from position `from` on, as many as there is room for.
    pub fn fill_words(self, from: u64, out: &mut [u32]) {
        self.fill(from, out, |word| word);
    }

    /// The uniform numbers from position `from` on, as many as there is room for.
    pub fn fill_uniform(self, from: u64, out: &mut [f32]) {
        self.fill(from, out, unit);
    }

    fn fill<T>(self, from: u64, out: &mut [T], convert: impl Fn(u32) -> T) {
        let skip = (from % WORDS) as usize;
        let mut index = from / WORDS;
        let (head, rest) = out.split_at_mut(out.len().min((WORDS as usize - skip) % 4));
        if !head.is_empty() {
            head.iter_mut()
                .zip(&self.block(index)[skip..])
                .for_each(|(slot, word)| *slot = convert(*word));
            index += 1;
        }
        for (chunk, index) in rest.chunks_mut(WORDS as usize).zip(index..) {
            let words = self.block(index);
            chunk.iter_mut().zip(words).for_each(|(slot, word)| *slot = convert(word));
        }
    }
}

/// The upper 24 bits of a word as a number in [0, 1).
fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * UNIFORM_STEP
}

fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

/// Ten rounds of Philox 4x32.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let [low_0, high_0] = halves(u64::from(MULTIPLIERS[0]) * u64::from(counter[0]));
        let [low_1, high_1] = halves(u64::from(MULTIPLIERS[1]) * u64::from(counter[2]));
        counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kat_vectors` of the authors' library Random123 for `philox4x32 10`.
    #[test]
    fn the_generator_is_the_published_one() {
        let cases: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox(counter, key), expected);
        }
    }

    /// The third published vector, reached through seed, stream and position.
    #[test]
    fn seed_stream_and_position_are_key_and_counter() {
        let stream = Stream { seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e };
        let block = 0x85a3_08d3_243f_6a88;
        assert_eq!(stream.block(block)[0], 0xd16c_fe09);
        let small = Stream { seed: 7, stream: 3 };
        assert_eq!(small.word(4 * 9 + 2), small.block(9)[2]);
        assert_eq!(small.uniform(6), (small.word(6) >> 8) as f32 / 16_777_216.0);
    }

    #[test]
    fn any_part_of_a_stream_is_the_same() {
        let stream = Stream { seed: 1, stream: 2 };
        let whole: Vec<u32> = (0..40).map(|index| stream.word(index)).collect();
        for from in 0..9 {
            for length in 0..20 {
                let mut part = vec![0; length];
                stream.fill_words(from as u64, &mut part);
                assert_eq!(part, whole[from..from + length], "{length} from {from}");
            }
        }
        let mut numbers = [0.0; 11];
        stream.fill_uniform(5, &mut numbers);
        assert!(numbers.iter().zip(5..).all(|(number, at)| *number == stream.uniform(at)));
    }

    #[test]
    fn uniform_numbers_fill_the_interval_evenly() {
        let mut numbers = vec![0.0; 1 << 16];
        Stream { seed: 0, stream: 0 }.fill_uniform(0, &mut numbers);
        let mut counts = [0_u32; 64];
        for x in numbers {
            counts[(x * 64.0) as usize] += 1;
        }
        let chi: f64 = counts.iter().map(|n| (f64::from(*n) - 1024.0).powi(2) / 1024.0).sum();
        // Chi-square of 63 degrees of freedom: 0.001 and 0.999 quantiles are 33 and 104.
        assert!((33.0..104.0).contains(&chi), "{chi}");
    }
}
