//! Seals the truth of a task until its release: encrypts it under a key that nobody holds, gives each
//! organizer a share of that key, and commits to what was sealed. So many organizers as the threshold
//! says open it together; fewer learn nothing.
//!
//! It gets bytes and gives bytes. Files are encrypted with age (X25519), so that organizers use the keys
//! they have, and can open their share with the program `age` as well; the key is split as Shamir
//! described ("How to share a secret", 1979), byte by byte over GF(256), by the crate `vsss-rs`. What
//! the files look like, and who holds what, is in `docs/sealed.md`.
//!
//! Must not know: tasks and where their files lie, wasm, how networks are executed, HTTP, the contest.
//!
//! Begin with [`seal`], then [`Sealed`], then [`Share`].

mod content;
mod error;
mod keys;
mod manifest;
mod seal;
mod sealed;
mod share;
mod split;

pub use content::Opening;
pub use error::SealError;
pub use keys::{Identities, Recipients};
pub use seal::{Proof, seal};
pub use sealed::{Files, Opened, Sealed};
pub use share::Share;
