//! Errors that a call can answer, and that a measure can return.

use thiserror::Error as ThisError;

use crate::bindings::assay::measure::types::Error as Raw;

/// Why a call to the host was refused, or why a measure has no value.
///
/// The host's texts name the shapes, indices and limits that did not fit. A measure makes its own
/// errors from text: `Err("no class has two examples")?` or `Error::from(format!(…))`.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// Shapes do not fit each other or the operation.
    #[error("shape mismatch: {0}")]
    ShapeMismatch(String),
    /// An index, axis or range lies outside.
    #[error("out of range: {0}")]
    OutOfRange(String),
    /// An argument has no meaning here.
    #[error("invalid argument: {0}")]
    InvalidArgument(String),
    /// The network or task lacks what was asked for.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// A result, window or list would pass a published limit.
    #[error("too large: {0}")]
    TooLarge(String),
    /// The measure's own reason.
    #[error("{0}")]
    Measure(String),
}

impl From<Raw> for Error {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::ShapeMismatch(text) => Self::ShapeMismatch(text),
            Raw::OutOfRange(text) => Self::OutOfRange(text),
            Raw::InvalidArgument(text) => Self::InvalidArgument(text),
            Raw::Unsupported(text) => Self::Unsupported(text),
            Raw::TooLarge(text) => Self::TooLarge(text),
        }
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self::Measure(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self::Measure(text.to_owned())
    }
}

/// The value, or a panic with the host's text: for mistakes that only the measure's author can make.
#[track_caller]
pub(crate) fn settle<T>(operation: &str, result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{operation}: {error}"),
    }
}
