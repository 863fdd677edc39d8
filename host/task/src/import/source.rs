//! Where an import reads from: a directory or a zip, seen as a set of files by name.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::TaskError;

/// Deepest folder that is looked into; the contest's layout needs five levels, a wrapping folder one.
const DEPTH_MAX: usize = 8;
/// Most files of a source; the contest's largest archive has about a thousand.
const FILES_MAX: usize = 1 << 18;
/// Most bytes of an archive's files together, unpacked; the contest's largest has about 11 GB.
const UNPACKED_BYTES_MAX: u64 = 1 << 36;
/// Files over this size must not be packed better than [`PACKED_RATIO_MAX`] to one.
const RATIO_FREE_BYTES: u64 = 1 << 24;
/// Trained weights and pictures pack by less than ten to one.
const PACKED_RATIO_MAX: u64 = 100;
/// Most bytes reserved on the word of a file's header alone.
const RESERVE_BYTES_MAX: u64 = 1 << 26;

/// A directory or a zip.
pub(crate) struct Source {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    /// Paths by name.
    Directory(BTreeMap<String, PathBuf>),
    /// Positions by name.
    Zip(BTreeMap<String, usize>, ZipArchive<BufReader<File>>),
}

impl Source {
    /// Lists what there is. Of an archive, every entry's name and size is checked here.
    pub(crate) fn open(path: &Path) -> Result<Self, TaskError> {
        let path = path.canonicalize().map_err(TaskError::io(path))?;
        let kind = if path.is_dir() {
            let mut files = BTreeMap::new();
            walk(&path, "", 0, &mut files)?;
            Kind::Directory(files)
        } else {
            let (files, archive) = open_zip(&path)?;
            Kind::Zip(files, archive)
        };
        Ok(Self { path, kind })
    }

    /// The names of all files, in order, with `/` between their parts.
    pub(crate) fn files(&self) -> Box<dyn Iterator<Item = &String> + '_> {
        match &self.kind {
            Kind::Directory(files) => Box::new(files.keys()),
            Kind::Zip(files, _) => Box::new(files.keys()),
        }
    }

    /// Whether there is a file of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Directory(files) => files.contains_key(name),
            Kind::Zip(files, _) => files.contains_key(name),
        }
    }

    /// The source's own name: the folder's, or the archive's without `.zip`.
    pub(super) fn name(&self) -> String {
        let name = match self.kind {
            Kind::Directory(_) => self.path.file_name(),
            Kind::Zip(..) => self.path.file_stem(),
        };
        name.unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What the source is, without the directories above it.
    pub(super) fn describe(&self) -> String {
        let kind = match self.kind {
            Kind::Directory(_) => "directory",
            Kind::Zip(..) => "zip",
        };
        format!("{kind} {}", self.name())
    }

    /// Reads one file, refusing more than `limit` bytes.
    pub(crate) fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, TaskError> {
        let missing = || TaskError::format(name, "the file is missing");
        match &mut self.kind {
            Kind::Directory(files) => {
                let path = files.get(name).ok_or_else(missing)?;
                let file = File::open(path).map_err(TaskError::io(path))?;
                let size = file.metadata().map_err(TaskError::io(path))?.len();
                read_at_most(name, file, size, limit)
            }
            Kind::Zip(files, archive) => {
                let index = *files.get(name).ok_or_else(missing)?;
                let entry = archive
                    .by_index(index)
                    .map_err(|error| TaskError::format(name, format!("in the archive: {error}")))?;
                let size = entry.size();
                // The reader checks the stored CRC-32 at the end.
                read_at_most(name, entry, size, limit)
            }
        }
    }
}

fn read_at_most(name: &str, file: impl Read, size: u64, limit: u64) -> Result<Vec<u8>, TaskError> {
    let mut bytes = Vec::new();
    let reserve = size.min(limit).min(RESERVE_BYTES_MAX);
    bytes.reserve(reserve as usize);
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| TaskError::format(name, format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(TaskError::format(name, format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Whether a file or folder is something that desktops leave behind.
fn ignored(part: &str) -> bool {
    part == "__MACOSX" || part == ".DS_Store" || part.starts_with("._")
}

fn walk(
    dir: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, PathBuf>,
) -> Result<(), TaskError> {
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(TaskError::io(dir))? {
        let path = entry.map_err(TaskError::io(dir))?.path();
        // A name that is no text cannot be one that the layout knows.
        let Some(part) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if ignored(part) {
            continue;
        }
        let name = if prefix.is_empty() { part.to_owned() } else { format!("{prefix}/{part}") };
        if path.is_dir() {
            walk(&path, &name, depth + 1, files)?;
        } else {
            files.insert(name, path);
        }
        if files.len() > FILES_MAX {
            return Err(TaskError::NothingToImport {
                path: dir.to_path_buf(),
                reason: format!("more than {FILES_MAX} files; name the folder of the tasks itself"),
            });
        }
    }
    Ok(())
}

type ZipFiles = (BTreeMap<String, usize>, ZipArchive<BufReader<File>>);

fn open_zip(path: &Path) -> Result<ZipFiles, TaskError> {
    let fail = |reason: String| TaskError::Archive { path: path.to_path_buf(), reason };
    let file = File::open(path).map_err(TaskError::io(path))?;
    let mut archive = ZipArchive::new(BufReader::new(file))
        .map_err(|error| fail(format!("neither a directory nor a sound zip: {error}")))?;
    if archive.len() > FILES_MAX {
        return Err(fail(format!("{} entries; at most {FILES_MAX} are read", archive.len())));
    }
    // Entries that share bytes are how a small archive unpacks to a huge one.
    if archive.has_overlapping_files().map_err(|error| fail(error.to_string()))? {
        return Err(fail("its entries overlap".to_owned()));
    }
    let mut files = BTreeMap::new();
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let entry = archive
            .by_index_data(index)
            .map_err(|error| fail(format!("entry {index}: {error}")))?;
        let name = entry.name().map_err(|error| fail(format!("entry {index}: {error}")))?;
        let name = name.into_owned();
        check_entry_name(&name).map_err(|reason| fail(format!("entry {name:?}: {reason}")))?;
        if entry.is_dir() || name.split('/').any(ignored) {
            continue;
        }
        if entry.is_symlink() || entry.encrypted() {
            return Err(fail(format!("entry {name:?} is a link or encrypted")));
        }
        let (size, packed) = (entry.size(), entry.compressed_size());
        unpacked = unpacked.saturating_add(size);
        let over_ratio = size > RATIO_FREE_BYTES && size / PACKED_RATIO_MAX > packed;
        if over_ratio || unpacked > UNPACKED_BYTES_MAX {
            return Err(fail(format!(
                "entry {name:?} would unpack from {packed} to {size} bytes ({unpacked} in all); \
                 refused as a decompression bomb (limits: {PACKED_RATIO_MAX} to one, {UNPACKED_BYTES_MAX} in all)"
            )));
        }
        if files.insert(name.clone(), index).is_some() {
            return Err(fail(format!("entry {name:?} is there twice")));
        }
    }
    Ok((files, archive))
}

/// Refuses names that could lead outside of a folder. Nothing is ever unpacked to a path made of
/// them; but an archive that tries is not one to trust with the rest.
fn check_entry_name(name: &str) -> Result<(), &'static str> {
    if name.starts_with('/') || name.contains('\\') || name.contains(':') || name.contains('\0') {
        return Err("absolute paths, backslashes and drive letters are refused");
    }
    let parts = name.strip_suffix('/').unwrap_or(name);
    if parts.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err("paths with empty parts, . or .. are refused");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_entry_name;

    #[test]
    fn entries_that_would_leave_the_folder_are_refused() {
        for name in ["../a", "a/../../b", "/etc/a", "a\\..\\b", "C:/a", "a//b", "./a", ""] {
            assert!(check_entry_name(name).is_err(), "{name:?}");
        }
        for name in ["input_data/", "input_data/t/model_1/config.json", "..a/b"] {
            assert!(check_entry_name(name).is_ok(), "{name:?}");
        }
    }
}
