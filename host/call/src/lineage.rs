//! Lineages: what a result was made of, all the way down.
//!
//! The lineage of a result is the digest of the call that made it, with the lineages of the operands
//! in the place of their handles. Two results of equal lineage are equal on one lane, whoever asked
//! for them and in whatever order, so it is what results are cached by.

use assay_ids::{Digest, Digester};
use assay_network::{Dataset, Network};

use crate::canonical::Writer;
use crate::{Call, DatasetHandle, NetworkHandle, Objective, Pass, Tangent, TensorHandle, encode};

/// A handle in a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Operand<'a> {
    /// A tensor.
    Tensor(&'a mut TensorHandle),
    /// A network.
    Network(&'a mut NetworkHandle),
    /// A dataset.
    Dataset(&'a mut DatasetHandle),
}

/// The lineage of a call's results, given those of its operands.
///
/// Nothing if one of them has none. Results of one call are told apart by [`part`].
pub fn lineage(call: &Call, mut of: impl FnMut(&Operand<'_>) -> Option<Digest>) -> Option<Digest> {
    let mut call = canonical(call);
    let mut parents = Vec::new();
    for operand in call.operands() {
        parents.push(of(&operand)?);
        match operand {
            Operand::Tensor(handle) => handle.0 = 0,
            Operand::Network(handle) => handle.0 = 0,
            Operand::Dataset(handle) => handle.0 = 0,
        }
    }
    let mut writer = Writer::new();
    encode::call(&call, &mut writer);
    for parent in &parents {
        writer.hash(*parent);
    }
    Some(writer.digest("assay lineage 1"))
}

/// The lineage of result number `part` of a call of this lineage.
pub fn part(lineage: Digest, part: u64) -> Digest {
    Digester::new("assay lineage part 1").bytes(lineage.as_bytes()).number(part).finish()
}

/// The lineage of a network as it came: its layers and all its arrays.
pub fn network_lineage(network: &Network) -> Digest {
    let mut digester = Digester::new("assay network 1");
    let mut layers = Writer::new();
    encode::layers(network.architecture().layers(), &mut layers);
    digester.bytes(&layers.finish());
    for arrays in std::iter::once(network.weights()).chain(network.initial()) {
        digester.number(arrays.len() as u64);
        for array in arrays {
            digester.floats(array);
        }
    }
    digester.finish()
}

/// The lineage of a dataset: its shape, values and labels.
pub fn dataset_lineage(dataset: &Dataset) -> Digest {
    let mut digester = Digester::new("assay dataset 1");
    digester.shape(dataset.shape()).floats(dataset.inputs()).indices(dataset.labels());
    digester.number(u64::from(dataset.classes())).finish()
}

/// Ways to say the same thing, brought to one.
fn canonical(call: &Call) -> Call {
    match call {
        Call::DataBatch { dataset, start, length } => Call::DataGather {
            dataset: *dataset,
            indices: (*start..start.saturating_add(*length)).collect(),
        },
        Call::NetworkLogits { network, batch } => {
            Call::NetworkLogitsFrom { network: *network, layer: 0, activation: *batch }
        }
        Call::NetworkActivations { network, batch, taps } => Call::NetworkActivationsFrom {
            network: *network,
            layer: 0,
            activation: *batch,
            taps: taps.clone(),
        },
        call => call.clone(),
    }
}

/// The calls whose one operand is a tensor.
macro_rules! one_tensor {
    ($tensor:ident) => {
        Call::TensorShape { tensor: $tensor }
            | Call::TensorRead { tensor: $tensor, .. }
            | Call::TensorScalar { tensor: $tensor }
            | Call::TensorReshape { tensor: $tensor, .. }
            | Call::TensorPermute { tensor: $tensor, .. }
            | Call::TensorSlice { tensor: $tensor, .. }
            | Call::TensorGatherRows { tensor: $tensor, .. }
            | Call::TensorUnary { tensor: $tensor, .. }
            | Call::TensorBinaryScalar { left: $tensor, .. }
            | Call::TensorReduce { tensor: $tensor, .. }
            | Call::TensorArgMax { tensor: $tensor }
            | Call::TensorSoftmax { tensor: $tensor }
            | Call::TensorLogSoftmax { tensor: $tensor }
            | Call::TensorPad { tensor: $tensor, .. }
            | Call::TensorPick { tensor: $tensor, .. }
            | Call::TensorCumulativeSum { tensor: $tensor }
            | Call::TensorQuantile { tensor: $tensor, .. }
            | Call::TensorSort { tensor: $tensor, .. }
            | Call::TensorArgSort { tensor: $tensor, .. }
            | Call::TensorTopK { tensor: $tensor, .. }
            | Call::TensorArgMin { tensor: $tensor }
            | Call::TensorGram { tensor: $tensor }
            | Call::TensorSingularValues { tensor: $tensor }
            | Call::TensorSvd { tensor: $tensor }
            | Call::TensorSymmetricEigen { tensor: $tensor }
            | Call::TensorDrop { tensor: $tensor }
            | Call::Image { images: $tensor, .. }
    };
}

impl Call {
    /// Every handle in the call, in one order.
    pub fn operands(&mut self) -> Vec<Operand<'_>> {
        use Operand::{Network, Tensor};
        match self {
            Self::TensorFromList { .. }
            | Self::TensorFull { .. }
            | Self::TensorOneHot { .. }
            | Self::TensorRandomNormal { .. }
            | Self::TensorRandomUniform { .. }
            | Self::TensorRandomPermutation { .. }
            | Self::BudgetWorkLimit
            | Self::BudgetWorkLeft => Vec::new(),
            one_tensor!(tensor) => vec![Tensor(tensor)],
            Self::TensorBinary { left, right, .. }
            | Self::TensorMatmul { left, right }
            | Self::TensorSquaredDistances { left, right }
            | Self::TensorCosineSimilarity { left, right }
            | Self::TensorSolve { left, right } => vec![Tensor(left), Tensor(right)],
            Self::TensorChoose { mask, yes, no } => vec![Tensor(mask), Tensor(yes), Tensor(no)],
            Self::TensorConcat { parts, .. } | Self::TensorStack { parts, .. } => {
                parts.iter_mut().map(Tensor).collect()
            }
            Self::NetworkInputShape { network }
            | Self::NetworkLayers { network }
            | Self::NetworkParameters { network }
            | Self::NetworkParameter { network, .. }
            | Self::NetworkInitialParameter { network, .. }
            | Self::NetworkDrop { network } => vec![Network(network)],
            Self::NetworkLogits { network, batch: tensor }
            | Self::NetworkActivations { network, batch: tensor, .. }
            | Self::NetworkLogitsFrom { network, activation: tensor, .. }
            | Self::NetworkActivationsFrom { network, activation: tensor, .. }
            | Self::NetworkApplyLinear { network, activation: tensor, .. }
            | Self::NetworkApplyTranspose { network, activation: tensor, .. }
            | Self::NetworkTrain { network, examples: tensor, .. } => {
                vec![Network(network), Tensor(tensor)]
            }
            Self::NetworkWithParameters { network, replacements } => {
                let mut operands = vec![Network(network)];
                operands.extend(replacements.iter_mut().map(|(_, tensor)| Tensor(tensor)));
                operands
            }
            Self::NetworkObjective { pass, objective }
            | Self::NetworkGradients { pass, objective, .. }
            | Self::NetworkParameterGradients { pass, objective } => {
                derivative(pass, Some(objective), None)
            }
            Self::NetworkJacobianVector { pass, tangent, .. } => {
                derivative(pass, None, Some(tangent))
            }
            Self::NetworkHessianVector { pass, objective, tangent } => {
                derivative(pass, Some(objective), Some(tangent))
            }
            Self::DataExamples { dataset }
            | Self::DataClasses { dataset }
            | Self::DataShape { dataset }
            | Self::DataStatistics { dataset }
            | Self::DataLabels { dataset, .. }
            | Self::DataClassIndices { dataset, .. }
            | Self::DataBatch { dataset, .. }
            | Self::DataGather { dataset, .. } => vec![Operand::Dataset(dataset)],
        }
    }
}

fn derivative<'a>(
    pass: &'a mut Pass,
    objective: Option<&'a mut Objective>,
    tangent: Option<&'a mut Tangent>,
) -> Vec<Operand<'a>> {
    let mut operands = vec![Operand::Network(&mut pass.network), Operand::Tensor(&mut pass.batch)];
    if let Some(
        Objective::Cotangent(tensor)
        | Objective::SoftCrossEntropy(tensor)
        | Objective::SquaredError(tensor),
    ) = objective
    {
        operands.push(Operand::Tensor(tensor));
    }
    match tangent {
        Some(Tangent::Batch(tensor)) => operands.push(Operand::Tensor(tensor)),
        Some(Tangent::Parameters(tensors)) => {
            operands.extend(tensors.iter_mut().map(Operand::Tensor));
        }
        None => {}
    }
    operands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tap, TapPoint};

    fn named(name: u32) -> Digest {
        Digest::of(&name.to_le_bytes())
    }

    fn of(call: &Call) -> Option<Digest> {
        lineage(call, |operand| match operand {
            Operand::Tensor(handle) => Some(named(handle.0)),
            Operand::Network(handle) => Some(named(1000 + handle.0)),
            Operand::Dataset(handle) => Some(named(2000 + handle.0)),
        })
    }

    #[test]
    fn what_is_equal_by_another_way_of_asking_has_one_lineage() {
        let dataset = DatasetHandle(0);
        let range = Call::DataBatch { dataset, start: 3, length: 2 };
        let list = Call::DataGather { dataset, indices: vec![3, 4] };
        assert_eq!(of(&range), of(&list));
        assert_ne!(of(&list), of(&Call::DataGather { dataset, indices: vec![4, 3] }));
    }

    #[test]
    fn operands_settings_and_parts_matter() {
        let tap = Tap { layer: 1, point: TapPoint::Output };
        let pass = |batch, taps: &[Tap]| Call::NetworkActivations {
            network: NetworkHandle(0),
            batch: TensorHandle(batch),
            taps: taps.to_vec(),
        };
        let one = of(&pass(1, &[tap]));
        assert!(one.is_some());
        assert_ne!(one, of(&pass(2, &[tap])));
        assert_ne!(one, of(&pass(1, &[tap, tap])));
        assert_ne!(one.map(|one| part(one, 0)), one.map(|one| part(one, 1)));
        assert_eq!(lineage(&pass(1, &[tap]), |_| None), None);
    }

    #[test]
    fn a_pair_the_other_way_round_is_another_result() {
        let solve = |left, right| Call::TensorSolve {
            left: TensorHandle(left),
            right: TensorHandle(right),
        };
        assert_ne!(of(&solve(1, 2)), of(&solve(2, 1)));
    }
}
