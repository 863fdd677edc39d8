//! Whether a component, or the sources of a measure project, have changed: for `assay run --watch`.
//!
//! Files are looked at again and again rather than watched by the kernel: a project has a few dozen,
//! and that works the same on every file system.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::failure::Failure;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(300);
/// The build writes the lock file itself, so a change of it is no change of the user's.
const NO_SOURCES: [&str; 2] = ["target", "Cargo.lock"];
/// More files than any project has: so many looks each time would be felt.
const FILES_MAX: usize = 10_000;

/// Files as they were.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sources {
    path: PathBuf,
    files: BTreeMap<PathBuf, Stamp>,
}

/// What tells a file from an earlier form of it.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    /// Nothing where the file system does not say.
    modified: Option<SystemTime>,
}

impl Sources {
    /// The files of a project's directory, or the one file. What lies in `target`, begins with a dot or
    /// is reached through a link is no source.
    pub(crate) fn look(path: &Path) -> Result<Self, Failure> {
        let mut sources = Self { path: path.to_owned(), files: BTreeMap::new() };
        if path.is_dir() {
            sources.add_all(path);
        } else {
            sources.add(path.to_owned(), fs::metadata(path).ok().as_ref());
        }
        if sources.files.len() > FILES_MAX {
            let failure = Failure::new(format!(
                "{}: over {FILES_MAX} files, too many to watch",
                path.display()
            ));
            return Err(failure.hint("name the directory of one measure project"));
        }
        Ok(sources)
    }

    /// Waits until a file is not as it was, and until nothing changes any more.
    pub(crate) fn wait_for_change(&self) {
        let mut last = None;
        loop {
            thread::sleep(PAUSE);
            // A directory that is gone for a moment, as editors and version control do it, is a change.
            let now = Self::look(&self.path).ok();
            // An editor writes several files, and a compiler a long one: once all is quiet.
            if now.as_ref() != Some(self) && now == last {
                return;
            }
            last = now;
        }
    }

    fn add(&mut self, path: PathBuf, metadata: Option<&Metadata>) {
        if let Some(metadata) = metadata {
            let stamp = Stamp { bytes: metadata.len(), modified: metadata.modified().ok() };
            self.files.insert(path, stamp);
        }
    }

    fn add_all(&mut self, dir: &Path) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if self.files.len() > FILES_MAX {
                return;
            }
            // That of a link itself, so that no circle of links is walked.
            let Ok(metadata) = entry.metadata() else { continue };
            if !is_source(&entry.file_name()) {
                continue;
            }
            if metadata.is_dir() {
                self.add_all(&entry.path());
            } else if metadata.is_file() {
                self.add(entry.path(), Some(&metadata));
            }
        }
    }
}

fn is_source(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && !NO_SOURCES.contains(&&*name)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn sources_are_the_users_files() {
        let dir = TempDir::new().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "");
        write("src/lib.rs", "1");
        std::os::unix::fs::symlink(dir.path(), dir.path().join("src/circle")).unwrap();
        let first = Sources::look(dir.path()).unwrap();
        assert_eq!(first.files.len(), 2);
        for name in ["target/assay/x", "Cargo.lock", ".git/index", "src/.lib.rs.swp"] {
            write(name, "");
        }
        assert_eq!(Sources::look(dir.path()).unwrap(), first);
        write("src/lib.rs", "12");
        let second = Sources::look(dir.path()).unwrap();
        assert_ne!(second, first);
        fs::remove_file(dir.path().join("Cargo.toml")).unwrap();
        assert_ne!(Sources::look(dir.path()).unwrap(), second);
    }

    #[test]
    fn a_file_that_is_absent_is_watched_until_it_is_there() {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("measure.wasm");
        let absent = Sources::look(&file).unwrap();
        fs::write(&file, "x").unwrap();
        assert_ne!(Sources::look(&file).unwrap(), absent);
        absent.wait_for_change();
    }
}
