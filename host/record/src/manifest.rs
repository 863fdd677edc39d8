//! `bundle.json`, and where the files of a bundle lie.

use std::collections::BTreeSet;

use assay_ids::Digest;
use serde::{Deserialize, Serialize};

use crate::record::check_name;
use crate::{NamedTask, PublicKey, Signature};

/// The manifest's file.
pub(crate) const MANIFEST: &str = "bundle.json";
/// The version of the format that this crate writes and reads.
pub(crate) const SCHEMA: u32 = 1;
/// The most bytes of a manifest: thousands of tasks.
pub(crate) const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// The most records of a bundle: a thousand measures on a hundred networks. All are read at once.
pub(crate) const RECORDS_MAX: u64 = 100_000;

/// Where records lie.
pub(crate) const RECORDS: &str = "records";
/// Where transcripts lie.
pub(crate) const TRANSCRIPTS: &str = "transcripts";

/// The file of the record at a position.
pub(crate) fn record_file(at: usize) -> String {
    format!("{RECORDS}/{at:04}.record")
}

/// The file of the transcript of the record at a position.
pub(crate) fn transcript_file(at: usize) -> String {
    format!("{TRANSCRIPTS}/{at:04}.transcript")
}

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) schema: u32,
    pub(crate) phase: String,
    pub(crate) tasks: Vec<NamedTask>,
    pub(crate) records: u64,
    pub(crate) head: Digest,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<Signature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<PublicKey>,
}

impl Manifest {
    /// Reads a manifest. Its text has one form, so that no byte of it is free.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.write()? != bytes {
            return Err("it is not written as this program writes it".to_owned());
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest's text.
    pub(crate) fn write(&self) -> Result<Vec<u8>, String> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| error.to_string())?;
        text.push(b'\n');
        Ok(text)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("schema {}, this program reads {SCHEMA}", self.schema));
        }
        if self.records > RECORDS_MAX {
            return Err(format!("{} records, at most {RECORDS_MAX} are read", self.records));
        }
        if self.signature.is_some() != self.key.is_some() {
            return Err("a signature and its key come together".to_owned());
        }
        check_name("phase", &self.phase)?;
        for task in &self.tasks {
            check_name("task", &task.name)?;
        }
        let names: BTreeSet<&str> = self.tasks.iter().map(|task| task.name.as_str()).collect();
        let digests: BTreeSet<Digest> = self.tasks.iter().map(|task| task.digest).collect();
        if names.len().min(digests.len()) < self.tasks.len() {
            return Err("two of its tasks have one name or one digest".to_owned());
        }
        Ok(())
    }
}
