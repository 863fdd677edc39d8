//! What comes of a unit.

use assay_ids::Digest;

use crate::LogLine;

/// A unit that ended with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Run<T = f64> {
    /// The measure's value: finite or infinite, never NaN.
    pub value: T,
    /// Work charged.
    pub work: u64,
    /// Calls made.
    pub calls: u64,
    /// Bytes moved between measure and host, both ways.
    pub bytes: u64,
    /// What the measure logged, within the limits.
    pub log: Vec<LogLine>,
    /// Digest of all calls and replies in their order; `assay run --json` shows the same of a component,
    /// unless the measure asks how much fuel is left.
    pub transcript: Digest,
}

impl<T> Run<T> {
    /// The same with another value.
    pub(crate) fn with<U>(self, value: U) -> Run<U> {
        let Self { work, calls, bytes, log, transcript, .. } = self;
        Run { value, work, calls, bytes, log, transcript }
    }
}

/// A unit that ended without a value, and what it used until then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", reason.explain())]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What the unit used and logged.
    pub until: Run<()>,
}

/// Why a unit has no value: the reason classes of `assay run`, as far as there is no sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The measure returned NaN.
    BadOutput,
    /// The measure returned an error with this text.
    MeasureError(String),
    /// The measure panicked. A component traps, with this text in its log.
    Trap(String),
    /// The measure asked for more tensor work than its budget, or made too many calls.
    OutOfWork(String),
    /// The host failed.
    Inconclusive(String),
}

impl Reason {
    /// The reason class in JSON, records and pages.
    pub fn class(&self) -> &'static str {
        match self {
            Self::BadOutput => "bad-output",
            Self::MeasureError(_) => "measure-error",
            Self::Trap(_) => "trap",
            Self::OutOfWork(_) => "out-of-work",
            Self::Inconclusive(_) => "inconclusive",
        }
    }

    /// What happened in one sentence.
    pub fn explain(&self) -> String {
        match self {
            Self::BadOutput => "the measure returned NaN".to_owned(),
            Self::MeasureError(text) => format!("the measure returned an error: {text}"),
            Self::Trap(text) => format!("the measure {text}"),
            Self::OutOfWork(text) => text.clone(),
            Self::Inconclusive(text) => format!("inconclusive: {text}"),
        }
    }
}
