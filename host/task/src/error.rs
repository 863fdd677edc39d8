//! Everything that can go wrong with a task, each with its place.

use std::io;
use std::path::{Path, PathBuf};

use assay_ids::Digest;
use assay_network::{ArchitectureError, DatasetError, NetworkError};

use crate::{ConfigError, RecordError, WeightsError};

/// Why a task could not be read, written or imported. `file` is a path inside the task, or inside
/// the import's source, with `/` between its parts.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The file system refused something.
    #[error("{}: {reason}", path.display())]
    Io {
        /// What was being read or written.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A directory is no task.
    #[error("{} is no task: it holds no task.toml (import the contest's files with `assay task import`)", dir.display())]
    NotATask {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of a task breaks the format.
    #[error("{file}: {reason}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong, with a hint where there is one.
        reason: String,
    },
    /// A task was asked for a network that it does not have.
    #[error("task {task} has no network {id:?}; it has {known}")]
    NoNetwork {
        /// The task.
        task: String,
        /// What was asked for.
        id: String,
        /// The ids there are, shortened.
        known: String,
    },
    /// The content is not what the manifest recorded.
    #[error(
        "{what}: the content has digest {found}, task.toml says {expected}; the files were changed or damaged"
    )]
    DigestDiffers {
        /// Network or data.
        what: String,
        /// The manifest's digest.
        expected: Digest,
        /// The content's digest.
        found: Digest,
    },
    /// The task's truth is not beside it.
    #[error("{}: there is no truth beside this task; it was imported without model_configs.json, or the truth is kept elsewhere", path.display())]
    NoTruth {
        /// Where it would be.
        path: PathBuf,
    },
    /// The task's truth is sealed.
    #[error("the truth of {task} is sealed; unseal it with `assay task unseal {} --identity FILE...`, which takes enough of its organizers' keys or shares", dir.display())]
    SealedTruth {
        /// The task.
        task: String,
        /// Its directory.
        dir: PathBuf,
    },
    /// The task's truth is not in the form that was asked for.
    #[error("{}: {reason}", dir.display())]
    TruthForm {
        /// The truth's directory.
        dir: PathBuf,
        /// What it is instead, and what to do.
        reason: String,
    },
    /// What was written of a sealed truth does not give the truth.
    #[error("{}: the sealed truth does not open as it should: {reason}; nothing was changed", dir.display())]
    NotProven {
        /// The truth's directory.
        dir: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A name that cannot be a task's or a network's.
    #[error("{name:?} cannot name a {what}: {rule}")]
    BadName {
        /// Task or network.
        what: &'static str,
        /// The name.
        name: String,
        /// What names look like.
        rule: &'static str,
    },
    /// A task of that name is already there.
    #[error("{} exists already; remove it or choose another directory", path.display())]
    Exists {
        /// What is in the way.
        path: PathBuf,
    },
    /// A task is finished without something that it needs.
    #[error("task {task} is incomplete: {missing}")]
    Incomplete {
        /// The task.
        task: String,
        /// What is missing.
        missing: String,
    },
    /// The networks and the truth are not about the same ids.
    #[error(
        "model_configs.json and the networks differ: {only_truth} only in model_configs.json, {only_networks} only as networks"
    )]
    TruthDiffers {
        /// Ids without a network.
        only_truth: String,
        /// Networks without an entry.
        only_networks: String,
    },
    /// A network does not fit the task's data.
    #[error("network {id}: {what} is {found:?}, but {other} has {expected:?}")]
    Unfit {
        /// The network.
        id: String,
        /// Input or output shape.
        what: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// What it is compared with.
        other: String,
        /// That shape.
        expected: Vec<usize>,
    },
    /// A value that half precision does not hold exactly.
    #[error(
        "network {id}, {which} weights, layer {layer} {role}: value {value} is not a half-precision number; write it with precision f32"
    )]
    NotHalf {
        /// The network.
        id: String,
        /// `final` or `initial`.
        which: &'static str,
        /// Position of the layer.
        layer: usize,
        /// What the array is to the layer.
        role: &'static str,
        /// The value.
        value: f32,
    },
    /// Layers that do not fit together.
    #[error("{file}: {reason}")]
    Architecture {
        /// Where the layers stand.
        file: String,
        /// What does not fit.
        reason: Box<ArchitectureError>,
    },
    /// Weights that do not fit their layers.
    #[error("{file}: {reason}")]
    Network {
        /// Where the weights stand.
        file: String,
        /// What does not fit.
        reason: Box<NetworkError>,
    },
    /// Inputs and labels that do not fit together.
    #[error("{file}: {reason}")]
    Dataset {
        /// Where they stand.
        file: String,
        /// What does not fit.
        reason: Box<DatasetError>,
    },
    /// A `config.json` that cannot be understood.
    #[error("{file}: {reason}")]
    Config {
        /// The file.
        file: String,
        /// What is wrong.
        reason: Box<ConfigError>,
    },
    /// An HDF5 file whose weights cannot be taken.
    #[error("{file}: {reason}")]
    Weights {
        /// The file.
        file: String,
        /// What is wrong.
        reason: Box<WeightsError>,
    },
    /// A damaged or unexpected record in a shard.
    #[error("{file}: {reason}")]
    Record {
        /// The shard.
        file: String,
        /// Which record, and what is wrong.
        reason: Box<RecordError>,
    },
    /// An archive that is damaged, too large or not safe to read.
    #[error("{}: {reason}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Nothing in the source looks like a task.
    #[error("{}: {reason}", path.display())]
    NothingToImport {
        /// The source.
        path: PathBuf,
        /// What was looked for.
        reason: String,
    },
}

impl TaskError {
    /// Attaches a path to what the file system said; made for `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |reason| Self::Io { path, reason }
    }

    /// Attaches a file to why its layers do not fit together.
    pub(crate) fn architecture(file: &str) -> impl FnOnce(ArchitectureError) -> Self {
        let file = file.to_owned();
        move |reason| Self::Architecture { file, reason: Box::new(reason) }
    }

    /// Attaches a file to why its weights do not fit their layers.
    pub(crate) fn network(file: &str) -> impl FnOnce(NetworkError) -> Self {
        let file = file.to_owned();
        move |reason| Self::Network { file, reason: Box::new(reason) }
    }

    /// Attaches a file to why its examples make no dataset.
    pub(crate) fn dataset(file: &str) -> impl FnOnce(DatasetError) -> Self {
        let file = file.to_owned();
        move |reason| Self::Dataset { file, reason: Box::new(reason) }
    }

    /// A breach of the format.
    pub(crate) fn format(file: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Format { file: file.into(), reason: reason.into() }
    }
}
