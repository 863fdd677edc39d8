//! Names of calls and the bytes that they bring.

use crate::Call;

/// A call without its name here does not compile.
macro_rules! names {
    ($($call:ident => $name:literal,)+) => {
        impl Call {
            /// The call's name in transcripts, price lists and verdicts.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$call { .. } => $name,)+
                    Self::Image { op, .. } => op.name(),
                }
            }
        }
    };
}

names! {
    TensorFromList => "tensors.from-list",
    TensorShape => "tensors.shape",
    TensorRead => "tensors.read",
    TensorScalar => "tensors.scalar",
    TensorReshape => "tensors.reshape",
    TensorPermute => "tensors.permute",
    TensorSlice => "tensors.slice",
    TensorGatherRows => "tensors.gather-rows",
    TensorConcat => "tensors.concat",
    TensorUnary => "tensors.unary",
    TensorBinary => "tensors.binary",
    TensorBinaryScalar => "tensors.binary-scalar",
    TensorReduce => "tensors.reduce",
    TensorArgMax => "tensors.arg-max",
    TensorSoftmax => "tensors.softmax",
    TensorLogSoftmax => "tensors.log-softmax",
    TensorMatmul => "tensors.matmul",
    TensorFull => "tensors.full",
    TensorOneHot => "tensors.one-hot",
    TensorStack => "tensors.stack",
    TensorPad => "tensors.pad",
    TensorChoose => "tensors.choose",
    TensorPick => "tensors.pick",
    TensorCumulativeSum => "tensors.cumulative-sum",
    TensorQuantile => "tensors.quantile",
    TensorSort => "tensors.sort",
    TensorArgSort => "tensors.arg-sort",
    TensorTopK => "tensors.top-k",
    TensorArgMin => "tensors.arg-min",
    TensorGram => "tensors.gram",
    TensorSquaredDistances => "tensors.squared-distances",
    TensorCosineSimilarity => "tensors.cosine-similarity",
    TensorSingularValues => "tensors.singular-values",
    TensorSvd => "tensors.svd",
    TensorSymmetricEigen => "tensors.symmetric-eigen",
    TensorSolve => "tensors.solve",
    TensorRandomNormal => "tensors.random-normal",
    TensorRandomUniform => "tensors.random-uniform",
    TensorRandomPermutation => "tensors.random-permutation",
    TensorDrop => "tensors.drop",
    NetworkInputShape => "networks.input-shape",
    NetworkLayers => "networks.layers",
    NetworkParameters => "networks.parameters",
    NetworkParameter => "networks.parameter",
    NetworkInitialParameter => "networks.initial-parameter",
    NetworkLogits => "networks.logits",
    NetworkActivations => "networks.activations",
    NetworkLogitsFrom => "networks.logits-from",
    NetworkActivationsFrom => "networks.activations-from",
    NetworkObjective => "networks.objective",
    NetworkGradients => "networks.gradients",
    NetworkParameterGradients => "networks.parameter-gradients",
    NetworkJacobianVector => "networks.jacobian-vector",
    NetworkHessianVector => "networks.hessian-vector",
    NetworkApplyLinear => "networks.apply-linear",
    NetworkApplyTranspose => "networks.apply-transpose",
    NetworkWithParameters => "networks.with-parameters",
    NetworkTrain => "networks.train",
    NetworkDrop => "networks.drop",
    DataExamples => "data.examples",
    DataClasses => "data.classes",
    DataShape => "data.shape",
    DataStatistics => "data.value-statistics",
    DataLabels => "data.labels",
    DataClassIndices => "data.class-indices",
    DataBatch => "data.batch",
    DataGather => "data.gather",
    BudgetWorkLimit => "budget.work-limit",
    BudgetWorkLeft => "budget.work-left",
}

impl Call {
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
