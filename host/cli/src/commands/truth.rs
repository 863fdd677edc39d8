//! A task's truth, read and parsed once for every command that scores or compares.

use assay_score::Reference;
use assay_task::{Task, TaskError};

use crate::failure::Failure;

/// The task's truth; an error if there is none or it is damaged.
pub(crate) fn truth(task: &Task) -> Result<Reference, Failure> {
    let bytes = task.truth().map_err(Failure::new)?;
    parse(task, bytes.reveal())
}

/// The task's truth; nothing if there is none, an error if it is damaged.
pub(crate) fn truth_if_there(task: &Task) -> Result<Option<Reference>, Failure> {
    match task.truth() {
        Err(TaskError::NoTruth { .. }) => Ok(None),
        Err(error) => Err(Failure::new(error)),
        Ok(bytes) => parse(task, bytes.reveal()).map(Some),
    }
}

fn parse(task: &Task, bytes: &[u8]) -> Result<Reference, Failure> {
    Reference::parse(bytes)
        .map_err(|error| Failure::new(format!("the truth of {}: {error}", task.name())))
}
