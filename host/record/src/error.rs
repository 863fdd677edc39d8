//! Why records, bundles or keys cannot be written or believed.

use std::io;
use std::path::{Path, PathBuf};

/// What went wrong, and in which file.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file system refused.
    #[error("{}: {reason}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        reason: io::Error,
    },
    /// A directory that is no bundle.
    #[error("{}: no bundle, since there is no bundle.json in it", dir.display())]
    NotABundle {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of a bundle is not what it should be: damaged, changed or made up.
    #[error("{file}: {reason}")]
    Damaged {
        /// The file, from the bundle's directory.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something is already where the bundle or the key would go.
    #[error("{} exists already; remove it or choose another place", path.display())]
    Exists {
        /// What is in the way.
        path: PathBuf,
    },
    /// A record that no chain takes.
    #[error("this record cannot be kept: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// A key file, or the text of a key, that cannot be used.
    #[error("{place}: {reason}")]
    Key {
        /// The file, or the text's source.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl RecordError {
    /// Attaches a path to what the file system said; made for `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |reason| Self::Io { path, reason }
    }

    pub(crate) fn damaged(file: impl Into<String>, reason: impl ToString) -> Self {
        Self::Damaged { file: file.into(), reason: reason.to_string() }
    }

    pub(crate) fn refused(reason: impl ToString) -> Self {
        Self::Refused { reason: reason.to_string() }
    }
}
