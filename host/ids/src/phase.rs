//! The key of a hidden phase: the one secret that the order of everything a measure sees there
//! follows from. `docs/phases.md` is the specification, with test vectors.

use zeroize::Zeroizing;

use crate::{Digest, Digester, Hidden};

/// The key of a hidden phase, revealed at the release: 32 random bytes. It is a [`Hidden`] value,
/// and wiped from memory when it is dropped.
///
/// ```compile_fail
/// println!("{:?}", assay_ids::PhaseKey::from_bytes([0; 32]));
/// ```
///
/// ```compile_fail
/// fn written(_: &impl serde::Serialize) {}
/// written(&assay_ids::PhaseKey::from_bytes([0; 32]));
/// ```
///
/// ```
/// println!("{:?}", assay_ids::PhaseKey::from_bytes([0; 32]).commitment());
/// ```
pub struct PhaseKey(Hidden<Zeroizing<[u8; PhaseKey::BYTES]>>);

/// What a phase's key puts into an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordered {
    /// The training examples of a task.
    Examples,
    /// The networks of a task.
    Networks,
}

impl Ordered {
    /// BLAKE3's context string: no two purposes share a stream, and no other program has these.
    fn context(self) -> &'static str {
        match self {
            Self::Examples => "assay 2026 phase key 1: order of examples",
            Self::Networks => "assay 2026 phase key 1: order of networks",
        }
    }
}

impl PhaseKey {
    /// Length of a key.
    pub const BYTES: usize = 32;

    /// A key from its bytes, which must be as good as random.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(Hidden::new(Zeroizing::new(bytes)))
    }

    /// Gives the key's bytes to code that hands them on: to the key's file, or to the process that
    /// reads the tasks. Every call of this function is a place to review.
    pub fn reveal(&self) -> &[u8; Self::BYTES] {
        self.0.reveal()
    }

    /// What may be known of the key before the release. It says nothing of the key, whose bytes are
    /// random (they are the commitment's salt too), and no other key has it.
    pub fn commitment(&self) -> Digest {
        Digester::new("assay phase key commitment 1").bytes(self.reveal()).finish()
    }

    /// The order of `count` things of a task: what stands at position `i` is thing `order[i]`.
    /// Each of the `count!` orders is as likely as any other.
    pub fn order(&self, what: Ordered, task: Digest, count: u32) -> Vec<u32> {
        let mut words = Words::new(self, what, task);
        let mut order: Vec<u32> = (0..count).collect();
        // Fisher and Yates: from the end, each place takes one of those not taken yet.
        for at in (1..order.len()).rev() {
            let other = words.below(at as u64 + 1) as usize;
            order.swap(at, other);
        }
        order
    }
}

/// The stream that one order is drawn from: 64-bit words of BLAKE3's extended output, which is made
/// block by block from a counter.
struct Words(blake3::OutputReader);

impl Words {
    fn new(key: &PhaseKey, what: Ordered, task: Digest) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(what.context());
        hasher.update(key.reveal()).update(task.as_bytes());
        Self(hasher.finalize_xof())
    }

    fn word(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number below `bound`, which is not 0, each as likely as any other.
    fn below(&mut self, bound: u64) -> u64 {
        loop {
            if let Some(number) = fair(self.word(), bound) {
                return number;
            }
        }
    }
}

/// The number below `bound` that a word stands for. The last 2^64 mod `bound` words stand for none:
/// with them, the lower numbers would be likelier.
fn fair(word: u64, bound: u64) -> Option<u64> {
    let unfair = (u64::MAX % bound + 1) % bound;
    (word <= u64::MAX - unfair).then_some(word % bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PhaseKey {
        PhaseKey::from_bytes(std::array::from_fn(|at| at as u8))
    }

    /// Computed by another implementation of `docs/phases.md`, over the Python package `blake3`.
    #[test]
    fn orders_and_commitment_are_those_of_the_specification() {
        let (key, task) = (key(), Digest::of(b"a task"));
        assert_eq!(
            key.commitment().to_string(),
            "7942a0a609312b16ccb58100254f81424ca83e91cf75da0801b63949ef35a8c5"
        );
        let examples = key.order(Ordered::Examples, task, 12);
        assert_eq!(examples, [3, 6, 9, 8, 2, 7, 5, 1, 0, 10, 11, 4]);
        let networks = key.order(Ordered::Networks, task, 12);
        assert_eq!(networks, [9, 1, 2, 6, 5, 11, 0, 10, 7, 4, 3, 8]);
        let many = key.order(Ordered::Examples, task, 50_000);
        assert_eq!(many[..4], [4148, 45047, 36042, 10468]);
    }

    #[test]
    fn an_order_has_everything_once_and_depends_on_key_purpose_and_task() {
        let task = Digest::of(b"a task");
        let order = key().order(Ordered::Examples, task, 1000);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000));
        assert_ne!(order, key().order(Ordered::Networks, task, 1000));
        assert_ne!(order, key().order(Ordered::Examples, Digest::of(b"another"), 1000));
        let other = PhaseKey::from_bytes([7; 32]);
        assert_ne!(order, other.order(Ordered::Examples, task, 1000));
        assert_ne!(key().commitment(), other.commitment());
        assert_eq!(key().order(Ordered::Networks, task, 1), [0]);
        assert_eq!(key().order(Ordered::Networks, task, 0), [0; 0]);
    }

    /// Every order of four things comes about as often as any other: chi-square of 23 degrees of
    /// freedom has its 0.999 quantile at 49.7.
    #[test]
    fn no_order_is_likelier_than_another() {
        let mut counts = std::collections::BTreeMap::new();
        let draws = 24_000_u32;
        for draw in 0..draws {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&draw.to_le_bytes());
            let order =
                PhaseKey::from_bytes(bytes).order(Ordered::Networks, Digest::of(b"a task"), 4);
            *counts.entry(order).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let expected = f64::from(draws) / 24.0;
        let chi: f64 = counts.values().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
        assert!(chi < 49.7, "{chi}");
    }

    #[test]
    fn words_that_would_favour_low_numbers_stand_for_none() {
        // 2^64 is 1 modulo 3 and modulo 5, 0 modulo 8.
        assert_eq!(fair(u64::MAX, 3), None);
        assert_eq!(fair(u64::MAX - 1, 3), Some(2));
        assert_eq!(fair(u64::MAX, 5), None);
        assert_eq!(fair(u64::MAX, 8), Some(7));
        assert_eq!(fair(u64::MAX, 1), Some(0));
        let bound = (1 << 63) + 1;
        assert_eq!((fair(bound - 1, bound), fair(bound, bound)), (Some(bound - 1), None));
    }
}
