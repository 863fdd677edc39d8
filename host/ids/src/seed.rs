//! Seeds: the only source of randomness a measure has.

use serde::{Deserialize, Serialize};

use crate::{Digest, Digester};

/// The seed of a contest: public for public tasks, revealed at the release for hidden ones.
/// Local runs use 0 unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContestSeed(pub u64);

/// The seed that one unit hands to its measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitSeed(pub u64);

impl UnitSeed {
    /// Derives a unit's seed. Submitting the same component again gives the same seed, so noise
    /// cannot be averaged away by re-submission.
    pub fn derive(contest: ContestSeed, component: Digest, network: Digest) -> Self {
        let digest = Digester::new("assay unit seed")
            .number(contest.0)
            .bytes(component.as_bytes())
            .bytes(network.as_bytes())
            .finish();
        let mut low = [0; 8];
        low.copy_from_slice(&digest.as_bytes()[..8]);
        Self(u64::from_le_bytes(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_depends_on_each_input_and_on_nothing_else() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let seed = UnitSeed::derive(ContestSeed(1), a, b);
        assert_eq!(seed, UnitSeed::derive(ContestSeed(1), a, b));
        assert_ne!(seed, UnitSeed::derive(ContestSeed(2), a, b));
        assert_ne!(seed, UnitSeed::derive(ContestSeed(1), b, a));
    }
}
