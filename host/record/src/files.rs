//! Files and directories: bounded reads, durable writes.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::RecordError;

/// Reads a file that may have so many bytes.
pub(crate) fn read_at_most(path: &Path, max: u64) -> Result<Vec<u8>, RecordError> {
    let file = File::open(path).map_err(RecordError::io(path))?;
    let mut bytes = Vec::new();
    // One byte more tells a file that is too long from one that just fits.
    file.take(max + 1).read_to_end(&mut bytes).map_err(RecordError::io(path))?;
    if bytes.len() as u64 > max {
        let reason = format!("it has more than {max} bytes");
        return Err(RecordError::damaged(path.display().to_string(), reason));
    }
    Ok(bytes)
}

/// Writes a file and makes it durable.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let mut file = File::create(path).map_err(RecordError::io(path))?;
    file.write_all(bytes).map_err(RecordError::io(path))?;
    file.sync_all().map_err(RecordError::io(path))
}

/// Makes the entries of a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), RecordError> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|file| file.sync_all()).map_err(RecordError::io(dir))
}

/// The names in a directory, each with whether it is a directory (`Some(true)`), a plain file
/// (`Some(false)`) or neither.
pub(crate) fn list(dir: &Path) -> Result<Vec<(String, Option<bool>)>, RecordError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(RecordError::io(dir))? {
        let entry = entry.map_err(RecordError::io(dir))?;
        let kind = entry.file_type().map_err(RecordError::io(&entry.path()))?;
        let kind = (kind.is_dir() || kind.is_file()).then(|| kind.is_dir());
        names.push((entry.file_name().to_string_lossy().into_owned(), kind));
    }
    names.sort();
    Ok(names)
}
