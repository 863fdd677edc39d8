//! One checked call, computed.

use std::sync::Arc;

use assay_call::{
    Call, Execute, Fault, NetworkHandle, Operand, Plan, Reply, TensorHandle, lineage, part,
};
use assay_ids::Digest;

use super::{Engine, Failure, Held, Made};
use crate::cpu::{order, random, reduce};
use crate::tensor::canonical;
use crate::{PreparedNetwork, Tensor};

/// Results of calls that cost less are not kept: computing them again is as quick as finding them.
const CACHED_FROM: u64 = 1_000_000;

impl Execute for Engine {
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        match self.answer(call, plan) {
            Ok(reply) => Ok(reply),
            Err(Failure::Error(error)) => Ok(Reply::Error(error)),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }

    fn content(&self, tensor: TensorHandle) -> Option<Digest> {
        self.tensors.get(&tensor).map(|made| made.tensor.digest())
    }

    fn network_content(&self, network: NetworkHandle) -> Option<Digest> {
        self.networks.get(&network).map(|held| held.network.digest())
    }
}

/// Checked calls name tensors that exist; anything else is a bug of this side.
fn missing(tensor: TensorHandle) -> Fault {
    Fault(format!("tensor {} is not here", tensor.0))
}

pub(super) fn sizes(shape: &[usize]) -> Vec<u32> {
    // Axes of tensors are bounded by the elements of one, which fit easily.
    shape.iter().map(|axis| *axis as u32).collect()
}

impl Engine {
    /// A tensor of the unit.
    pub fn get(&self, tensor: TensorHandle) -> Result<&Tensor, Fault> {
        match self.tensors.get(&tensor) {
            Some(made) => Ok(&made.tensor),
            None => Err(missing(tensor)),
        }
    }

    /// A network of the unit.
    pub fn network(&self, network: NetworkHandle) -> Result<&Arc<PreparedNetwork>, Fault> {
        match self.networks.get(&network) {
            Some(held) => Ok(&held.network),
            None => Err(Fault(format!("network {} is not here", network.0))),
        }
    }

    /// Takes in the tensors of a call that another lane has computed.
    pub fn adopt(&mut self, call: &Call, tensors: Vec<Tensor>) -> Reply {
        let lineage = self.lineage(call);
        Reply::Tensors(self.put(lineage, tensors))
    }

    fn answer(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Failure> {
        match call {
            Call::TensorDrop { tensor } => {
                let dropped = self.tensors.remove(tensor).ok_or_else(|| missing(*tensor))?;
                self.live_bytes -= dropped.tensor.bytes();
                return Ok(Reply::Done);
            }
            Call::NetworkDrop { network } => {
                if let Some(dropped) = self.networks.remove(network) {
                    self.live_bytes -= dropped.own_bytes;
                }
                return Ok(Reply::Done);
            }
            Call::NetworkWithParameters { .. } | Call::NetworkTrain { .. } => {
                let (network, own_bytes) = self.copy(call)?;
                let lineage = self.lineage(call);
                return Ok(self.put_network(lineage, network, own_bytes));
            }
            _ => {}
        }
        if let Some(reply) = self.read(call)? {
            return Ok(reply);
        }
        let lineage = self.lineage(call);
        let (tensors, indices) = self.results(call, plan, lineage)?;
        let fits = tensors.len() == plan.results.len()
            && tensors.iter().zip(&plan.results).all(|(tensor, shape)| tensor.shape() == shape);
        if !fits {
            return Err(Fault(format!("{} made what its plan does not say", call.name())).into());
        }
        let mut made = self.put(lineage, tensors);
        match (indices, made.pop()) {
            (Some(indices), Some(values)) => Ok(Reply::Ranking { values, indices }),
            (_, last) => {
                made.extend(last);
                Ok(Reply::Tensors(made))
            }
        }
    }

    /// The tensors of a call, from the cache or computed; and the positions that go with a ranking.
    fn results(
        &self,
        call: &Call,
        plan: &Plan,
        lineage: Option<Digest>,
    ) -> Result<(Vec<Tensor>, Option<Vec<u32>>), Failure> {
        if let Call::TensorTopK { tensor, k } = call {
            let (values, indices) = order::top_k(self.get(*tensor)?, *k as usize);
            return Ok((vec![values], Some(indices)));
        }
        let expensive = plan.work.is_some_and(|work| work >= CACHED_FROM);
        let key = self.cache.as_ref().zip(lineage).filter(|_| expensive);
        if let Some(tensors) = key.as_ref().and_then(|(cache, key)| cache.get(key)) {
            return Ok((tensors, None));
        }
        let tensors = self.compute(call, &plan.results)?;
        if let Some((cache, key)) = key {
            cache.put(key, &tensors);
        }
        Ok((tensors, None))
    }

    /// What a call's results are made of; only worked out where there is a cache to ask.
    fn lineage(&self, call: &Call) -> Option<Digest> {
        self.cache.as_ref()?;
        lineage(call, |operand| match operand {
            Operand::Tensor(tensor) => self.tensors.get(tensor)?.lineage,
            Operand::Network(network) => self.networks.get(network)?.lineage,
            Operand::Dataset(_) => Some(self.data.digest()),
        })
    }

    /// Takes the tensors that a call of this lineage made in, and says what to call them.
    fn put(
        &mut self,
        lineage: Option<Digest>,
        tensors: Vec<Tensor>,
    ) -> Vec<(TensorHandle, Vec<u32>)> {
        let mut made = Vec::with_capacity(tensors.len());
        for (number, tensor) in (0..).zip(tensors) {
            let lineage = lineage.map(|lineage| part(lineage, number));
            let handle = TensorHandle(self.next_tensor);
            self.next_tensor += 1;
            self.live_bytes += tensor.bytes();
            made.push((handle, sizes(tensor.shape())));
            self.tensors.insert(handle, Made { tensor, lineage });
        }
        made
    }

    fn put_network(
        &mut self,
        lineage: Option<Digest>,
        network: PreparedNetwork,
        own_bytes: u64,
    ) -> Reply {
        let handle = NetworkHandle(self.next_network);
        self.next_network += 1;
        self.live_bytes += own_bytes;
        self.networks.insert(handle, Held { network: Arc::new(network), own_bytes, lineage });
        Reply::Network(handle)
    }

    /// Calls that make no tensor.
    fn read(&self, call: &Call) -> Result<Option<Reply>, Failure> {
        let dataset = self.data.dataset();
        let reply = match call {
            Call::TensorShape { tensor } => Reply::Shape(sizes(self.get(*tensor)?.shape())),
            Call::TensorRead { tensor, offset, length } => {
                let values = &self.get(*tensor)?.values()[*offset as usize..][..*length as usize];
                Reply::Floats(values.iter().copied().map(canonical).collect())
            }
            Call::TensorScalar { tensor } => {
                Reply::Scalar(canonical(self.get(*tensor)?.values()[0]))
            }
            Call::TensorArgMax { tensor } => {
                let tensor = self.get(*tensor)?;
                let row = tensor.shape().last().copied().unwrap_or(1);
                Reply::Indices(tensor.values().chunks_exact(row).map(reduce::arg_max).collect())
            }
            Call::TensorArgMin { tensor } => Reply::Indices(order::arg_min(self.get(*tensor)?)),
            Call::TensorArgSort { tensor, direction } => {
                Reply::Indices(order::arg_sort(self.get(*tensor)?, *direction))
            }
            Call::TensorRandomPermutation { seed, stream, length } => {
                Reply::Indices(random::permutation(*seed, *stream, *length))
            }
            Call::NetworkInputShape { network } => {
                Reply::Shape(sizes(self.network(*network)?.network().architecture().input()))
            }
            Call::NetworkLayers { network } => {
                Reply::Layers(self.network(*network)?.network().architecture().layers().to_vec())
            }
            Call::NetworkParameters { network } => {
                let architecture = self.network(*network)?.network().architecture();
                Reply::Parameters(architecture.parameters().to_vec())
            }
            Call::DataExamples { .. } => Reply::Number(dataset.examples() as u64),
            Call::DataClasses { .. } => Reply::Number(u64::from(dataset.classes())),
            Call::DataShape { .. } => Reply::Shape(sizes(dataset.shape())),
            Call::DataStatistics { .. } => Reply::Statistics(self.data.statistics()),
            Call::DataLabels { start, length, .. } => {
                Reply::Indices(dataset.labels()[*start as usize..][..*length as usize].to_vec())
            }
            Call::DataClassIndices { class, .. } => {
                let labels = dataset.labels().iter().zip(0..);
                let members = labels.filter(|(label, _)| *label == class).map(|(_, index)| index);
                Reply::Indices(members.collect())
            }
            _ => return Ok(None),
        };
        Ok(Some(reply))
    }

    /// Calls that make tensors, of these shapes.
    fn compute(&self, call: &Call, shapes: &[Vec<usize>]) -> Result<Vec<Tensor>, Failure> {
        if let Some(tensors) = self.compute_pass(call, shapes)? {
            return Ok(tensors);
        }
        let Some(shape) = shapes.first() else {
            return Err(Fault(format!("the plan of {} makes no tensor", call.name())).into());
        };
        match call {
            Call::Image { images, op } => Ok(vec![self.compute_image(self.get(*images)?, op)]),
            Call::TensorSvd { .. } | Call::TensorSymmetricEigen { .. } => {
                self.compute_decomposition(call)
            }
            _ => Ok(vec![self.compute_tensor(call, shape.clone())?]),
        }
    }
}
