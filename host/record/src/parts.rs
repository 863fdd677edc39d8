//! Readers of a bundle's files, one by one. Fuzz targets call them here, since through files each try
//! would cost a hundred times as much. No stable interface: bundles are read by
//! [`Bundle`](crate::Bundle).

use std::io::Cursor;

use assay_call::Detail;

use crate::manifest::Manifest;
use crate::{RecordError, TranscriptReader};

/// The text of a manifest after it was read: the bytes themselves, or why they are none.
///
/// # Errors
/// They are not what a bundle's writer writes.
pub fn manifest(bytes: &[u8]) -> Result<Vec<u8>, String> {
    Manifest::read(bytes)?.write()
}

/// A transcript that lies in memory.
///
/// # Errors
/// It does not begin as one of this detail does.
pub fn transcript(bytes: &[u8], detail: Detail) -> Result<TranscriptReader, RecordError> {
    TranscriptReader::over(Cursor::new(bytes.to_vec()), "transcript".to_owned(), detail)
}
