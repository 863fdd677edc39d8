//! The transcript's rolling digest: `h' = H(h, call, reply)` for every call in order.
//!
//! What the guest can see enters in full (scalars, windows, labels, errors), tensors by shape. A
//! full transcript also folds the content of every new tensor in, so that two runs can be compared
//! call by call.

use assay_ids::{Digest, Digester};
use serde::{Deserialize, Serialize};

use crate::{Call, Reply, encode};

/// How much of a run the transcript covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// What the guest saw; the same for every way to compute that gives the guest the same values.
    Visible,
    /// The content of every tensor too.
    Full,
}

/// A running transcript.
#[derive(Debug, Clone)]
pub struct Transcript {
    detail: Detail,
    head: Digest,
    entries: u64,
}

impl Transcript {
    /// An empty transcript.
    pub fn new(detail: Detail) -> Self {
        let name = match detail {
            Detail::Visible => "assay transcript 1, visible",
            Detail::Full => "assay transcript 1, full",
        };
        Self { detail, head: Digest::of(name.as_bytes()), entries: 0 }
    }

    /// How much it covers.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// Adds one call, its reply, and in a full transcript the digests of the tensors it made.
    pub fn record(&mut self, call: &Call, reply: &Reply, contents: &[Digest]) {
        self.fold(|digester| {
            encode::call(call, digester);
            encode::reply(reply, digester);
            for content in contents {
                digester.bytes(content.as_bytes());
            }
        });
    }

    /// Adds something that the guest's side answered itself: a one-way note.
    pub fn note(&mut self, name: &str, text: &str) {
        self.fold(|digester| {
            digester.text("note").text(name).text(text);
        });
    }

    fn fold(&mut self, add: impl FnOnce(&mut Digester)) {
        let mut digester = Digester::new("assay transcript entry");
        digester.bytes(self.head.as_bytes());
        add(&mut digester);
        self.head = digester.finish();
        self.entries += 1;
    }

    /// The digest over everything so far.
    pub fn digest(&self) -> Digest {
        self.head
    }

    /// Number of calls and notes.
    pub fn entries(&self) -> u64 {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TensorHandle;

    #[test]
    fn order_and_values_change_the_digest() {
        let one = Call::TensorScalar { tensor: TensorHandle(1) };
        let digest = |entries: &[(&Call, Reply)]| {
            let mut transcript = Transcript::new(Detail::Visible);
            for (call, reply) in entries {
                transcript.record(call, reply, &[]);
            }
            transcript.digest()
        };
        let zero = (&one, Reply::Scalar(0.0));
        let minus_zero = (&one, Reply::Scalar(-0.0));
        let both = [zero.clone(), minus_zero.clone()];
        assert_ne!(digest(&both), digest(&[minus_zero, zero]));
        assert_eq!(digest(&both), digest(&both.clone()));
    }
}
