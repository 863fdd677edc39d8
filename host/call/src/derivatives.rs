//! What derivatives are taken of, and along what; how a copy is trained.

use serde::{Deserialize, Serialize};

use crate::TensorHandle;

/// A function of the logits, one number for each example. Lists hold one entry for each example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objective {
    /// The sum of the logits times the numbers of a tensor `[examples, classes]`.
    Cotangent(TensorHandle),
    /// Cross-entropy of the softmax with a label, in nats.
    CrossEntropy(Vec<u32>),
    /// Cross-entropy of the softmax with probabilities `[examples, classes]`.
    SoftCrossEntropy(TensorHandle),
    /// Half the squared distance from `[examples, classes]`.
    SquaredError(TensorHandle),
    /// One class's logit.
    Logit(Vec<u32>),
    /// The first class's logit minus the second's.
    LogitDifference(Vec<(u32, u32)>),
    /// The label's logit minus the largest other.
    Margin(Vec<u32>),
}

impl Objective {
    /// The objective's name in WIT and records.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cotangent(_) => "cotangent",
            Self::CrossEntropy(_) => "cross-entropy",
            Self::SoftCrossEntropy(_) => "soft-cross-entropy",
            Self::SquaredError(_) => "squared-error",
            Self::Logit(_) => "logit",
            Self::LogitDifference(_) => "logit-difference",
            Self::Margin(_) => "margin",
        }
    }

    /// Four-byte words that the guest brings.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Cotangent(_) | Self::SoftCrossEntropy(_) | Self::SquaredError(_) => 1,
            Self::CrossEntropy(list) | Self::Logit(list) | Self::Margin(list) => list.len(),
            Self::LogitDifference(list) => 2 * list.len(),
        }
    }
}

/// What a derivative is taken along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tangent {
    /// A change of the batch, of its shape.
    Batch(TensorHandle),
    /// A change of the parameters: one tensor for each, in their order and shapes.
    Parameters(Vec<TensorHandle>),
}

impl Tangent {
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Batch(_) => 1,
            Self::Parameters(list) => list.len(),
        }
    }
}

/// Settings of stochastic gradient descent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Descent {
    /// Size of a step; negative numbers ascend.
    pub learning_rate: f32,
    /// Share of the last step that the next one keeps.
    pub momentum: f32,
    /// Multiple of the kernels that is added to their gradients.
    pub weight_decay: f32,
    /// Examples of a step.
    pub batch_size: u32,
    /// Number of steps.
    pub steps: u32,
}
