//! Files of the keys of hidden phases.

use std::path::Path;

use assay_ids::PhaseKey;

use crate::{RecordError, key_file};

const KIND: &str = "assay-phase-key-1";

/// Makes a phase's key from the system's randomness, in a new file that only its owner can read.
///
/// # Errors
/// There is a file already, the file system refuses, or the system has no randomness.
pub fn new_phase_key(path: &Path) -> Result<PhaseKey, RecordError> {
    let bytes = key_file::random()?;
    key_file::write_secret(path, KIND, &bytes)?;
    Ok(PhaseKey::from_bytes(*bytes))
}

/// Reads the key of a phase that is not over.
///
/// # Errors
/// The file is absent, is no phase's key, or others than its owner can read it.
pub fn read_phase_key(path: &Path) -> Result<PhaseKey, RecordError> {
    key_file::owner_only(path)?;
    read_revealed_phase_key(path)
}

/// Reads the key of a phase that may be over: then it is revealed, and anybody may read its file.
///
/// # Errors
/// The file is absent or is no phase's key.
pub fn read_revealed_phase_key(path: &Path) -> Result<PhaseKey, RecordError> {
    Ok(PhaseKey::from_bytes(*key_file::read(path, KIND)?))
}
