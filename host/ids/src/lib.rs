//! Typed identities: digests, seeds and their random numbers, keys of hidden phases, values that must
//! not leak, and text of others as it may be shown.
//!
//! Everything that crosses a crate border under a name or a number has its type here, so that a
//! seed is never mistaken for a count and a hidden value never reaches a log by accident.
//!
//! Must not know: anything else in the workspace.
//!
//! Begin with [`Digest`], then [`Hidden`].

mod digest;
mod hidden;
mod phase;
mod plain;
mod random;
mod seed;

pub use digest::{Digest, Digester, ParseDigestError};
pub use hidden::Hidden;
pub use phase::{Ordered, PhaseKey};
pub use plain::{Plain, PlainText, printable, steers};
pub use random::{Stream, UNIFORM_STEP};
pub use seed::{ContestSeed, UnitSeed};
