//! One request of a measure.

use crate::{
    BinaryOp, DatasetHandle, Descent, Direction, ImageOp, NetworkHandle, Objective, Pass, ReduceOp,
    Tangent, Tap, TensorHandle, UnaryOp,
};

/// One request. Shapes, indices and counts are as the guest gave them: [`crate::check`] decides.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    missing_docs,
    reason = "the WIT documentation describes each call and field; it is not repeated here"
)]
pub enum Call {
    TensorFromList {
        shape: Vec<u32>,
        values: Vec<f32>,
    },
    TensorShape {
        tensor: TensorHandle,
    },
    TensorRead {
        tensor: TensorHandle,
        offset: u32,
        length: u32,
    },
    TensorScalar {
        tensor: TensorHandle,
    },
    TensorReshape {
        tensor: TensorHandle,
        shape: Vec<u32>,
    },
    TensorPermute {
        tensor: TensorHandle,
        axes: Vec<u32>,
    },
    TensorSlice {
        tensor: TensorHandle,
        axis: u32,
        start: u32,
        length: u32,
    },
    TensorGatherRows {
        tensor: TensorHandle,
        indices: Vec<u32>,
    },
    TensorConcat {
        parts: Vec<TensorHandle>,
        axis: u32,
    },
    TensorUnary {
        tensor: TensorHandle,
        op: UnaryOp,
    },
    TensorBinary {
        left: TensorHandle,
        op: BinaryOp,
        right: TensorHandle,
    },
    TensorBinaryScalar {
        left: TensorHandle,
        op: BinaryOp,
        right: f32,
    },
    TensorReduce {
        tensor: TensorHandle,
        op: ReduceOp,
        axes: Vec<u32>,
    },
    TensorArgMax {
        tensor: TensorHandle,
    },
    TensorSoftmax {
        tensor: TensorHandle,
    },
    TensorLogSoftmax {
        tensor: TensorHandle,
    },
    TensorMatmul {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorFull {
        shape: Vec<u32>,
        value: f32,
    },
    TensorOneHot {
        indices: Vec<u32>,
        classes: u32,
    },
    TensorStack {
        parts: Vec<TensorHandle>,
        axis: u32,
    },
    TensorPad {
        tensor: TensorHandle,
        paddings: Vec<[u32; 2]>,
        value: f32,
    },
    TensorChoose {
        mask: TensorHandle,
        yes: TensorHandle,
        no: TensorHandle,
    },
    TensorPick {
        tensor: TensorHandle,
        indices: Vec<u32>,
    },
    TensorCumulativeSum {
        tensor: TensorHandle,
    },
    TensorQuantile {
        tensor: TensorHandle,
        q: f32,
    },
    TensorSort {
        tensor: TensorHandle,
        direction: Direction,
    },
    TensorArgSort {
        tensor: TensorHandle,
        direction: Direction,
    },
    TensorTopK {
        tensor: TensorHandle,
        k: u32,
    },
    TensorArgMin {
        tensor: TensorHandle,
    },
    TensorGram {
        tensor: TensorHandle,
    },
    TensorSquaredDistances {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorCosineSimilarity {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorSingularValues {
        tensor: TensorHandle,
    },
    TensorSvd {
        tensor: TensorHandle,
    },
    TensorSymmetricEigen {
        tensor: TensorHandle,
    },
    TensorSolve {
        left: TensorHandle,
        right: TensorHandle,
    },
    TensorRandomNormal {
        seed: u64,
        stream: u64,
        shape: Vec<u32>,
    },
    TensorRandomUniform {
        seed: u64,
        stream: u64,
        shape: Vec<u32>,
    },
    TensorRandomPermutation {
        seed: u64,
        stream: u64,
        length: u32,
    },
    TensorDrop {
        tensor: TensorHandle,
    },
    Image {
        images: TensorHandle,
        op: ImageOp,
    },
    NetworkInputShape {
        network: NetworkHandle,
    },
    NetworkLayers {
        network: NetworkHandle,
    },
    NetworkParameters {
        network: NetworkHandle,
    },
    NetworkParameter {
        network: NetworkHandle,
        index: u32,
    },
    NetworkInitialParameter {
        network: NetworkHandle,
        index: u32,
    },
    NetworkLogits {
        network: NetworkHandle,
        batch: TensorHandle,
    },
    NetworkActivations {
        network: NetworkHandle,
        batch: TensorHandle,
        taps: Vec<Tap>,
    },
    NetworkLogitsFrom {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkActivationsFrom {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
        taps: Vec<Tap>,
    },
    NetworkObjective {
        pass: Pass,
        objective: Objective,
    },
    NetworkGradients {
        pass: Pass,
        objective: Objective,
        taps: Vec<Tap>,
    },
    NetworkParameterGradients {
        pass: Pass,
        objective: Objective,
    },
    NetworkJacobianVector {
        pass: Pass,
        tangent: Tangent,
        taps: Vec<Tap>,
    },
    NetworkHessianVector {
        pass: Pass,
        objective: Objective,
        tangent: Tangent,
    },
    NetworkApplyLinear {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkApplyTranspose {
        network: NetworkHandle,
        layer: u32,
        activation: TensorHandle,
    },
    NetworkWithParameters {
        network: NetworkHandle,
        replacements: Vec<(u32, TensorHandle)>,
    },
    NetworkTrain {
        network: NetworkHandle,
        examples: TensorHandle,
        labels: Vec<u32>,
        descent: Descent,
    },
    NetworkDrop {
        network: NetworkHandle,
    },
    DataExamples {
        dataset: DatasetHandle,
    },
    DataClasses {
        dataset: DatasetHandle,
    },
    DataShape {
        dataset: DatasetHandle,
    },
    DataStatistics {
        dataset: DatasetHandle,
    },
    DataLabels {
        dataset: DatasetHandle,
        start: u32,
        length: u32,
    },
    DataClassIndices {
        dataset: DatasetHandle,
        class: u32,
    },
    DataBatch {
        dataset: DatasetHandle,
        start: u32,
        length: u32,
    },
    DataGather {
        dataset: DatasetHandle,
        indices: Vec<u32>,
    },
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
            Self::TensorFull { .. } => "tensors.full",
            Self::TensorOneHot { .. } => "tensors.one-hot",
            Self::TensorStack { .. } => "tensors.stack",
            Self::TensorPad { .. } => "tensors.pad",
            Self::TensorChoose { .. } => "tensors.choose",
            Self::TensorPick { .. } => "tensors.pick",
            Self::TensorCumulativeSum { .. } => "tensors.cumulative-sum",
            Self::TensorQuantile { .. } => "tensors.quantile",
            Self::TensorSort { .. } => "tensors.sort",
            Self::TensorArgSort { .. } => "tensors.arg-sort",
            Self::TensorTopK { .. } => "tensors.top-k",
            Self::TensorArgMin { .. } => "tensors.arg-min",
            Self::TensorGram { .. } => "tensors.gram",
            Self::TensorSquaredDistances { .. } => "tensors.squared-distances",
            Self::TensorCosineSimilarity { .. } => "tensors.cosine-similarity",
            Self::TensorSingularValues { .. } => "tensors.singular-values",
            Self::TensorSvd { .. } => "tensors.svd",
            Self::TensorSymmetricEigen { .. } => "tensors.symmetric-eigen",
            Self::TensorSolve { .. } => "tensors.solve",
            Self::TensorRandomNormal { .. } => "tensors.random-normal",
            Self::TensorRandomUniform { .. } => "tensors.random-uniform",
            Self::TensorRandomPermutation { .. } => "tensors.random-permutation",
            Self::TensorDrop { .. } => "tensors.drop",
            Self::Image { op, .. } => op.name(),
            Self::NetworkInputShape { .. } => "networks.input-shape",
            Self::NetworkLayers { .. } => "networks.layers",
            Self::NetworkParameters { .. } => "networks.parameters",
            Self::NetworkParameter { .. } => "networks.parameter",
            Self::NetworkInitialParameter { .. } => "networks.initial-parameter",
            Self::NetworkLogits { .. } => "networks.logits",
            Self::NetworkActivations { .. } => "networks.activations",
            Self::NetworkLogitsFrom { .. } => "networks.logits-from",
            Self::NetworkActivationsFrom { .. } => "networks.activations-from",
            Self::NetworkObjective { .. } => "networks.objective",
            Self::NetworkGradients { .. } => "networks.gradients",
            Self::NetworkParameterGradients { .. } => "networks.parameter-gradients",
            Self::NetworkJacobianVector { .. } => "networks.jacobian-vector",
            Self::NetworkHessianVector { .. } => "networks.hessian-vector",
            Self::NetworkApplyLinear { .. } => "networks.apply-linear",
            Self::NetworkApplyTranspose { .. } => "networks.apply-transpose",
            Self::NetworkWithParameters { .. } => "networks.with-parameters",
            Self::NetworkTrain { .. } => "networks.train",
            Self::NetworkDrop { .. } => "networks.drop",
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
            Self::TensorReshape { shape, .. }
            | Self::TensorFull { shape, .. }
            | Self::TensorRandomNormal { shape, .. }
            | Self::TensorRandomUniform { shape, .. } => shape.len(),
            Self::TensorPermute { axes, .. } | Self::TensorReduce { axes, .. } => axes.len(),
            Self::TensorGatherRows { indices, .. }
            | Self::TensorOneHot { indices, .. }
            | Self::TensorPick { indices, .. }
            | Self::DataGather { indices, .. } => indices.len(),
            Self::TensorConcat { parts, .. } | Self::TensorStack { parts, .. } => parts.len(),
            Self::TensorPad { paddings, .. } => 2 * paddings.len(),
            Self::Image { op, .. } => op.words(),
            Self::NetworkActivations { taps, .. } | Self::NetworkActivationsFrom { taps, .. } => {
                2 * taps.len()
            }
            Self::NetworkObjective { objective, .. }
            | Self::NetworkParameterGradients { objective, .. } => objective.words(),
            Self::NetworkGradients { objective, taps, .. } => objective.words() + 2 * taps.len(),
            Self::NetworkJacobianVector { tangent, taps, .. } => tangent.words() + 2 * taps.len(),
            Self::NetworkHessianVector { objective, tangent, .. } => {
                objective.words() + tangent.words()
            }
            Self::NetworkWithParameters { replacements, .. } => 2 * replacements.len(),
            Self::NetworkTrain { labels, .. } => labels.len(),
            _ => 0,
        };
        4 * words as u64
    }
}
