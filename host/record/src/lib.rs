//! What is kept of units, so that anybody can check them: records, their chain, its signature, and the
//! bundle of a phase in which they travel with their transcripts.
//!
//! A [`Record`] names everything that a unit was made of by its digest, and what came of it. Records of
//! one phase form a [`Chain`]: each holds the digest of the one before, so that none can be changed or
//! dropped alone. The chain's end, the phase's name and its tasks make the [`Head`], which is signed. A
//! [`Bundle`] is a directory:
//!
//! ```text
//! bundle.json                   phase, tasks, number of records, head, signature and public key
//! records/0000.record           the first record
//! transcripts/0000.transcript   what its unit asked and heard
//! ```
//!
//! [`verify`] checks all of it, and scores the values again where the truth is given. Comparing a new
//! execution with a transcript call by call is `assay_call`'s part (`Comparer`, `Replayer`).
//!
//! Must not know: wasmtime, Burn, HTTP, the store, how tasks are stored. What it records of those comes
//! in as digests and strings.
//!
//! Begin with [`Record`], then `chain.rs`, then `bundle.rs`.

mod bundle;
mod chain;
mod encode;
mod error;
mod files;
mod head;
mod key;
mod key_file;
mod manifest;
mod origin;
#[doc(hidden)]
pub mod parts;
mod phase_key;
mod record;
mod scores;
mod transcript;
mod verify;
mod writer;

pub use bundle::Bundle;
pub use chain::Chain;
pub use error::RecordError;
pub use head::{Head, NamedTask};
pub use key::{PublicKey, SecretKey, Signature};
pub use origin::{HostBuild, SandboxBuild};
pub use phase_key::{new_phase_key, read_phase_key, read_revealed_phase_key};
pub use record::{Outcome, Record, TranscriptSummary, limits_digest, log_digest, new_salt};
pub use scores::{Score, TaskFacts};
pub use transcript::TranscriptReader;
pub use verify::{Problem, Signed, Verification, verify};
pub use writer::BundleWriter;
