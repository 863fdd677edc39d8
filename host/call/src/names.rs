//! Names of calls and the bytes that they bring.

use crate::Call;

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
            _ => self.name_beyond_tensors(),
        }
    }

    fn name_beyond_tensors(&self) -> &'static str {
        match self {
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
            // Every call of the `tensors` and `images` interfaces has its arm above.
            _ => "tensors",
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
