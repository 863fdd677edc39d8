//! The head of a phase: everything that its records say, in one digest to sign and to publish.

use assay_call::canonical::Writer;
use assay_ids::Digest;
use serde::{Deserialize, Serialize};

use crate::{Chain, PublicKey, SecretKey, Signature};

/// A task as a phase names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTask {
    /// Its name.
    pub name: String,
    /// Its digest, by which records name it.
    pub digest: Digest,
}

/// What a phase's head covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// The phase.
    pub phase: &'a str,
    /// Its tasks.
    pub tasks: &'a [NamedTask],
    /// The end of its chain of records.
    pub chain: &'a Chain,
}

impl Head<'_> {
    /// The head's digest.
    pub fn digest(&self) -> Digest {
        let mut out = Writer::new();
        out.text("phase").text(self.phase).text("tasks").count(self.tasks.len());
        for task in self.tasks {
            out.text(&task.name).hash(task.digest);
        }
        out.text("records").number(self.chain.records()).text("last").hash(self.chain.last());
        out.digest("assay phase head 1")
    }
}

/// What is signed of a head: nothing else that this key signs can be taken for it.
fn message(head: Digest) -> Vec<u8> {
    [b"assay phase head 1\0".as_slice(), head.as_bytes()].concat()
}

impl SecretKey {
    /// Signs a phase's head.
    pub fn sign_head(&self, head: Digest) -> Signature {
        self.sign(&message(head))
    }
}

impl PublicKey {
    /// Whether this is the signature of a phase's head by this key.
    pub fn has_signed_head(&self, head: Digest, signature: &Signature) -> bool {
        self.has_signed(&message(head), signature)
    }
}
