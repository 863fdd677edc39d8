//! One request of a measure.

use crate::{BinaryOp, ReduceOp, Tap, UnaryOp};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    };
}

handle!(
    /// A tensor of the unit. The executing side numbers tensors from 0 in order of creation.
    TensorHandle
);
handle!(
    /// A network of the unit; 0 is the one under evaluation.
    NetworkHandle
);
handle!(
    /// A dataset of the unit; 0 is the training data.
    DatasetHandle
);

/// One request. Shapes, indices and counts are as the guest gave them: [`crate::check`] decides.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "the WIT documentation describes each call and field; it is not repeated here"
)]
pub enum Call {
    TensorFromList { shape: Vec<u32>, values: Vec<f32> },
    TensorShape { tensor: TensorHandle },
    TensorRead { tensor: TensorHandle, offset: u32, length: u32 },
    TensorScalar { tensor: TensorHandle },
    TensorReshape { tensor: TensorHandle, shape: Vec<u32> },
    TensorPermute { tensor: TensorHandle, axes: Vec<u32> },
    TensorSlice { tensor: TensorHandle, axis: u32, start: u32, length: u32 },
    TensorGatherRows { tensor: TensorHandle, indices: Vec<u32> },
    TensorConcat { parts: Vec<TensorHandle>, axis: u32 },
    TensorUnary { tensor: TensorHandle, op: UnaryOp },
    TensorBinary { left: TensorHandle, op: BinaryOp, right: TensorHandle },
    TensorBinaryScalar { left: TensorHandle, op: BinaryOp, right: f32 },
    TensorReduce { tensor: TensorHandle, op: ReduceOp, axes: Vec<u32> },
    TensorArgMax { tensor: TensorHandle },
    TensorSoftmax { tensor: TensorHandle },
    TensorLogSoftmax { tensor: TensorHandle },
    TensorMatmul { left: TensorHandle, right: TensorHandle },
    TensorDrop { tensor: TensorHandle },
    NetworkInputShape { network: NetworkHandle },
    NetworkLayers { network: NetworkHandle },
    NetworkParameters { network: NetworkHandle },
    NetworkParameter { network: NetworkHandle, index: u32 },
    NetworkInitialParameter { network: NetworkHandle, index: u32 },
    NetworkLogits { network: NetworkHandle, batch: TensorHandle },
    NetworkActivations { network: NetworkHandle, batch: TensorHandle, taps: Vec<Tap> },
    DataExamples { dataset: DatasetHandle },
    DataClasses { dataset: DatasetHandle },
    DataShape { dataset: DatasetHandle },
    DataStatistics { dataset: DatasetHandle },
    DataLabels { dataset: DatasetHandle, start: u32, length: u32 },
    DataClassIndices { dataset: DatasetHandle, class: u32 },
    DataBatch { dataset: DatasetHandle, start: u32, length: u32 },
    DataGather { dataset: DatasetHandle, indices: Vec<u32> },
    BudgetWorkLimit,
    BudgetWorkLeft,
}

impl Call {
    /// The call's name in transcripts, price lists and verdicts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TensorFromList { .. } => "tensors.from-list",
            Self::TensorShape { .. } => "tensors.shape",
            Self::TensorRead { .. } => "tensors.read",
            Self::TensorScalar { .. } => "tensors.scalar",
            Self::TensorReshape { .. } => "tensors.reshape",
            Self::TensorPermute { .. } => "tensors.permute",
            Self::TensorSlice { .. } => "tensors.slice",
            Self::TensorGatherRows { .. } => "tensors.gather-rows",
            Self::TensorConcat { .. } => "tensors.concat",
            Self::TensorUnary { .. } => "tensors.unary",
            Self::TensorBinary { .. } => "tensors.binary",
            Self::TensorBinaryScalar { .. } => "tensors.binary-scalar",
            Self::TensorReduce { .. } => "tensors.reduce",
            Self::TensorArgMax { .. } => "tensors.arg-max",
            Self::TensorSoftmax { .. } => "tensors.softmax",
            Self::TensorLogSoftmax { .. } => "tensors.log-softmax",
            Self::TensorMatmul { .. } => "tensors.matmul",
            Self::TensorDrop { .. } => "tensors.drop",
            Self::NetworkInputShape { .. } => "networks.input-shape",
            Self::NetworkLayers { .. } => "networks.layers",
            Self::NetworkParameters { .. } => "networks.parameters",
            Self::NetworkParameter { .. } => "networks.parameter",
            Self::NetworkInitialParameter { .. } => "networks.initial-parameter",
            Self::NetworkLogits { .. } => "networks.logits",
            Self::NetworkActivations { .. } => "networks.activations",
            Self::DataExamples { .. } => "data.examples",
            Self::DataClasses { .. } => "data.classes",
            Self::DataShape { .. } => "data.shape",
            Self::DataStatistics { .. } => "data.value-statistics",
            Self::DataLabels { .. } => "data.labels",
            Self::DataClassIndices { .. } => "data.class-indices",
            Self::DataBatch { .. } => "data.batch",
            Self::DataGather { .. } => "data.gather",
            Self::BudgetWorkLimit => "budget.work-limit",
            Self::BudgetWorkLeft => "budget.work-left",
        }
    }

    /// Bytes that the guest brings with the call: its lists. Everything of fixed size is covered by
    /// the call's constant price.
    pub fn bytes_in(&self) -> u64 {
        let words = match self {
            Self::TensorFromList { shape, values } => shape.len() + values.len(),
            Self::TensorReshape { shape, .. } => shape.len(),
            Self::TensorPermute { axes, .. } | Self::TensorReduce { axes, .. } => axes.len(),
            Self::TensorGatherRows { indices, .. } | Self::DataGather { indices, .. } => {
                indices.len()
            }
            Self::TensorConcat { parts, .. } => parts.len(),
            Self::NetworkActivations { taps, .. } => 2 * taps.len(),
            _ => 0,
        };
        4 * words as u64
    }
}
