//! The chain of a phase's records.

use assay_call::canonical::Writer;
use assay_ids::Digest;

use crate::{Record, RecordError};

/// The end of a phase's chain of records, to which more can be added.
///
/// It begins with the digest of the phase's name, so that records of one phase make no chain of
/// another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    last: Digest,
    records: u64,
}

impl Chain {
    /// The chain of a phase without records.
    pub fn new(phase: &str) -> Self {
        let mut name = Writer::new();
        name.text(phase);
        Self { last: name.digest("assay chain 1"), records: 0 }
    }

    /// Adds a record, and gives it with its place in the chain.
    ///
    /// # Errors
    /// The record says what no record may say.
    pub fn append(&mut self, record: Record) -> Result<Record, RecordError> {
        record.check().map_err(RecordError::refused)?;
        let record = Record { previous: self.last, ..record };
        self.last = record.digest();
        self.records += 1;
        Ok(record)
    }

    /// Goes on to a record that claims to be the next.
    ///
    /// # Errors
    /// It is not: the text says which digest it has in the place of which.
    pub fn follow(&mut self, record: &Record) -> Result<(), String> {
        if record.previous != self.last {
            let before = match self.records {
                0 => "the phase's name gives".to_owned(),
                at => format!("record {} before it has", at - 1),
            };
            return Err(format!(
                "its chain goes back to {}, but {before} the digest {}; one of the two was \
                 changed, dropped or moved",
                record.previous, self.last
            ));
        }
        self.last = record.digest();
        self.records += 1;
        Ok(())
    }

    /// Follows all records of a phase.
    ///
    /// # Errors
    /// The position of the first that does not follow, and why.
    pub fn verify(phase: &str, records: &[Record]) -> Result<Self, (usize, String)> {
        let mut chain = Self::new(phase);
        for (at, record) in records.iter().enumerate() {
            chain.follow(record).map_err(|reason| (at, reason))?;
        }
        Ok(chain)
    }

    /// Digest of the last record.
    pub fn last(&self) -> Digest {
        self.last
    }

    /// Number of records.
    pub fn records(&self) -> u64 {
        self.records
    }
}
