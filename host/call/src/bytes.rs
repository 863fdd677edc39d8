//! The bytes that calls bring.

use crate::Call;

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
