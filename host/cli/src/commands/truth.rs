//! A task's truth, read and parsed once for every command that scores or compares.

use assay_ids::Hidden;
use assay_score::Reference;
use assay_task::{Task, TaskError};

use crate::failure::Failure;

/// What a command can know of a task's truth.
pub(crate) enum Truth {
    /// It is there.
    There(Box<Reference>),
    /// There is none.
    Absent,
    /// It is sealed until its release.
    Sealed,
}

impl Truth {
    /// The truth, where it is there.
    pub(crate) fn reference(&self) -> Option<&Reference> {
        match self {
            Self::There(reference) => Some(reference),
            Self::Absent | Self::Sealed => None,
        }
    }

    /// Why there is none.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        match self {
            Self::There(_) => None,
            Self::Absent => Some("there is no truth beside the task"),
            Self::Sealed => Some("the truth is sealed (`assay task unseal` opens it)"),
        }
    }
}

/// The task's truth; an error if there is none, if it is sealed or damaged.
pub(crate) fn truth(task: &Task) -> Result<Reference, Failure> {
    parse(task, &task.truth().map_err(Failure::new)?)
}

/// The task's truth, as far as it can be known; an error if it is damaged.
pub(crate) fn truth_if_there(task: &Task) -> Result<Truth, Failure> {
    match task.truth() {
        Err(TaskError::NoTruth { .. }) => Ok(Truth::Absent),
        Err(TaskError::SealedTruth { .. }) => Ok(Truth::Sealed),
        Err(error) => Err(Failure::new(error)),
        Ok(bytes) => Ok(Truth::There(Box::new(parse(task, &bytes)?))),
    }
}

/// Parses the bytes of a task's truth.
pub(crate) fn parse(task: &Task, bytes: &Hidden<Vec<u8>>) -> Result<Reference, Failure> {
    Reference::parse(bytes.reveal())
        .map_err(|error| Failure::new(format!("the truth of {}: {error}", task.name())))
}
