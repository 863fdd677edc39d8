//! The transcript's rolling digest: `h' = H(h, entry)` for every step in order.
//!
//! What the guest can see enters in full (scalars, windows, labels, errors), tensors by shape. A
//! full transcript also folds the content of every new tensor in, so that two runs can be compared
//! call by call. What an entry is: [`Entry`](crate::Entry).

use assay_ids::{Digest, Digester};
use serde::{Deserialize, Serialize};

use crate::canonical::DIGEST;
use crate::limits::TRANSCRIPT_BYTES_MAX;

/// How much of a run the transcript covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// What the guest saw; the same for every way to compute that gives the guest the same values.
    Visible,
    /// The content of every tensor too.
    Full,
}

impl Detail {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Visible, Self::Full];

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Full => "full",
        }
    }
}

/// A running transcript.
///
/// Its bytes are limited. The entry that reaches the limit is the last but one: no note enters after
/// it, and the next call stops the unit. The digests of contents do not count, so a unit ends at the
/// same call whatever its transcript covers.
#[derive(Debug, Clone)]
pub struct Transcript {
    detail: Detail,
    head: Digest,
    entries: u64,
    bytes: u64,
    bytes_max: u64,
}

impl Transcript {
    /// An empty transcript.
    pub fn new(detail: Detail) -> Self {
        let head = Digest::of(format!("assay transcript 2, {}", detail.name()).as_bytes());
        Self { detail, head, entries: 0, bytes: 0, bytes_max: TRANSCRIPT_BYTES_MAX }
    }

    /// How much it covers.
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// Adds the bytes of one entry, which holds so many digests of contents.
    pub fn add(&mut self, entry: &[u8], contents: usize) {
        let mut digester = Digester::new("assay transcript entry 2");
        self.head = digester.bytes(self.head.as_bytes()).bytes(entry).finish();
        self.entries += 1;
        let counted = entry.len().saturating_sub(DIGEST * contents);
        self.bytes = self.bytes.saturating_add(counted as u64);
    }

    /// The digest over everything so far.
    pub fn digest(&self) -> Digest {
        self.head
    }

    /// Number of entries.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The limit in bytes, once it is reached.
    pub fn full(&self) -> Option<u64> {
        (self.bytes >= self.bytes_max).then_some(self.bytes_max)
    }

    /// The same with another limit.
    #[cfg(test)]
    pub(crate) fn with_bytes_max(self, bytes_max: u64) -> Self {
        Self { bytes_max, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_detail_change_the_digest() {
        let digest = |detail, entries: &[&[u8]]| {
            let mut transcript = Transcript::new(detail);
            for entry in entries {
                transcript.add(entry, 0);
            }
            transcript.digest()
        };
        let visible = |entries: &[&[u8]]| digest(Detail::Visible, entries);
        assert_eq!(visible(&[b"a", b"b"]), visible(&[b"a", b"b"]));
        assert_ne!(visible(&[b"a", b"b"]), visible(&[b"b", b"a"]));
        assert_ne!(visible(&[b"ab"]), visible(&[b"a", b"b"]));
        assert_ne!(visible(&[]), digest(Detail::Full, &[]));
    }

    #[test]
    fn digests_of_contents_do_not_count() {
        let mut transcript = Transcript::new(Detail::Full).with_bytes_max(10);
        transcript.add(&[0; 9 + 2 * DIGEST], 2);
        assert_eq!(transcript.full(), None);
        transcript.add(&[0], 0);
        assert_eq!((transcript.full(), transcript.entries()), (Some(10), 2));
    }
}
