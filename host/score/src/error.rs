//! Why a file is no reference or no list of predictions.

/// What is wrong with the text of a reference (`model_configs.json`) or of predictions
/// (`.predict`). Whether the two fit each other is [`check`](crate::check)'s question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// The bytes are no UTF-8 text.
    #[error("{what}: byte {at} is not UTF-8; the file must be JSON text")]
    NotUtf8 {
        /// Which input.
        what: &'static str,
        /// Offset of the first bad byte.
        at: usize,
    },
    /// The text is no JSON, even with the bare `NaN` and `Infinity` that Python writes.
    #[error("{what}: line {line}, column {column}: {reason}")]
    Syntax {
        /// Which input.
        what: &'static str,
        /// Line, from 1.
        line: usize,
        /// Byte in the line, from 1.
        column: usize,
        /// What the parser expected or met.
        reason: String,
    },
    /// A part of the file has the wrong JSON type.
    #[error("{what}: {place} is {found}, but must be {expected}")]
    WrongType {
        /// Which input.
        what: &'static str,
        /// Path of the part, such as `model 21, metrics.train_acc`.
        place: String,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A part of the file that scoring needs is absent.
    #[error("{what}: {place} is missing")]
    Missing {
        /// Which input.
        what: &'static str,
        /// Path of the part.
        place: String,
    },
    /// The file names no model at all.
    #[error("{what}: there is no model in the file, so there is nothing to score")]
    NoModels {
        /// Which input.
        what: &'static str,
    },
    /// Two keys of the reference become one model name.
    #[error(
        "reference: two keys both name {name}; the scorer prefixes `model_` to keys without it, \
         so remove one of the two"
    )]
    SameName {
        /// The name that both get.
        name: String,
    },
    /// Two hyper-parameters span more slots than anybody would wait for.
    #[error(
        "reference: {u} with {u_values} and {v} with {v_values} possible values make more than \
         {limit} slots; list only the values that models have"
    )]
    TooManySlots {
        /// First hyper-parameter.
        u: String,
        /// Its number of possible values.
        u_values: usize,
        /// Second hyper-parameter.
        v: String,
        /// Its number of possible values.
        v_values: usize,
        /// The limit.
        limit: usize,
    },
    /// More of something than scoring has room for: memory and time grow with its square.
    #[error("reference: {count} {of}, at most {limit} can be scored")]
    TooMany {
        /// What there is too much of.
        of: &'static str,
        /// How much there is.
        count: usize,
        /// The limit.
        limit: usize,
    },
}
