//! The answer to one call.

use assay_network::{Layer, Parameter};
use serde::{Deserialize, Serialize};

use crate::{NetworkHandle, TensorHandle};

/// What a call returns. Tensors stay on the executing side: only handles and shapes cross.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// Nothing to say: done.
    Done,
    /// New tensors with their shapes.
    Tensors(Vec<(TensorHandle, Vec<u32>)>),
    /// One value.
    Scalar(f32),
    /// Values of a window.
    Floats(Vec<f32>),
    /// Indices or labels.
    Indices(Vec<u32>),
    /// A shape.
    Shape(Vec<u32>),
    /// A count or an amount.
    Number(u64),
    /// The largest values of each row, and their positions row by row.
    Ranking {
        /// The values' tensor with its shape.
        values: (TensorHandle, Vec<u32>),
        /// Positions along the last axis.
        indices: Vec<u32>,
    },
    /// A new network.
    Network(NetworkHandle),
    /// The layers of a network.
    Layers(Vec<Layer>),
    /// The parameters of a network.
    Parameters(Vec<Parameter>),
    /// Statistics of the input values.
    Statistics(Statistics),
    /// The call was a mistake.
    Error(CallError),
}

/// Statistics of a dataset's input values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Smallest value.
    pub minimum: f32,
    /// Largest value.
    pub maximum: f32,
    /// Mean.
    pub mean: f32,
    /// Standard deviation (divided by the count).
    pub deviation: f32,
}

/// Which kind of mistake a call was; the cases of the WIT `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorKind {
    /// Shapes do not fit each other or the operation.
    ShapeMismatch,
    /// An index, axis or range lies outside.
    OutOfRange,
    /// An argument has no meaning here.
    InvalidArgument,
    /// The network or task lacks what was asked for.
    Unsupported,
    /// A result, window or list would pass a published limit.
    TooLarge,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::ShapeMismatch,
        Self::OutOfRange,
        Self::InvalidArgument,
        Self::Unsupported,
        Self::TooLarge,
    ];

    /// The kind's name in WIT and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::ShapeMismatch => "shape-mismatch",
            Self::OutOfRange => "out-of-range",
            Self::InvalidArgument => "invalid-argument",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too-large",
        }
    }
}

/// A mistake in a call's arguments. Its text holds only words and numbers that the guest already
/// knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", kind.name())]
pub struct CallError {
    /// Which kind of mistake.
    pub kind: ErrorKind,
    /// What exactly.
    pub message: String,
}

impl CallError {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}
