//! `sealed.json`: what anybody may know of a sealed truth.

use assay_ids::Digest;
use serde::{Deserialize, Serialize};

use crate::keys::SHARES_MAX;
use crate::{Recipients, SealError};

/// The manifest's file.
pub(crate) const MANIFEST: &str = "sealed.json";
/// The version of the format that this crate writes and reads.
pub(crate) const SCHEMA: u32 = 1;

/// What a sealed truth says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    pub(crate) schema: u32,
    /// Digest of the task.
    pub(crate) task: Digest,
    pub(crate) commitment: Digest,
    /// How many shares open it.
    pub(crate) threshold: usize,
    pub(crate) shares: Vec<Entry>,
}

/// Whom a share is for, and how it is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) recipient: String,
    /// Digest of the share, which is random: nobody can guess it from this.
    pub(crate) digest: Digest,
}

impl Manifest {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SealError> {
        let fail = |reason: String| SealError::damaged(MANIFEST, reason);
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| fail(error.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(fail(format!("schema {}, this program reads {SCHEMA}", manifest.schema)));
        }
        let (threshold, recipients) = (manifest.threshold, manifest.shares.len());
        check_split(threshold, recipients).map_err(|error| fail(error.to_string()))?;
        let mut known = Recipients::new();
        for entry in &manifest.shares {
            known.add(MANIFEST, &entry.recipient)?;
        }
        Ok(manifest)
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, SealError> {
        pretty(self, MANIFEST)
    }
}

/// Whether a key can be split so.
pub(crate) fn check_split(threshold: usize, recipients: usize) -> Result<(), SealError> {
    if !(2..=SHARES_MAX).contains(&recipients) {
        return Err(SealError::Recipients { count: recipients, max: SHARES_MAX });
    }
    if !(2..=recipients).contains(&threshold) {
        return Err(SealError::Threshold { threshold, recipients });
    }
    Ok(())
}

/// A JSON file for people too.
pub(crate) fn pretty(value: &impl Serialize, file: &str) -> Result<Vec<u8>, SealError> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| SealError::damaged(file, error))?;
    text.push(b'\n');
    Ok(text)
}
