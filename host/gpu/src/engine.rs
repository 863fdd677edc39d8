//! Executes the calls of one unit: what the adapter runs is intercepted, everything else goes to the
//! `cpu` lane's engine, which holds the tensors.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use assay_call::{
    Call, DatasetHandle, Execute, Fault, Inventory, Live, NetworkHandle, Plan, Reply, TensorHandle,
};
use assay_engine::{Engine, Tensor};
use assay_ids::Digest;
use assay_network::Architecture;
use burn::tensor::TensorData;

use crate::derivatives::{gradients, objective, parameter_gradients};
use crate::flow::Flow;
use crate::forward::{forward, logits_tap};
use crate::{Adapter, ResidentNetwork};

/// Multiply-adds from which a matrix product runs on the adapter: below, moving the operands costs
/// more than the product.
pub const MATMUL_MIN: usize = 1 << 24;

/// The `gpu` lane's engine for one unit.
pub struct GpuEngine {
    cpu: Engine,
    adapter: Adapter,
    /// Networks whose weights are on the adapter: the unit's own, and copies once they are run.
    residents: BTreeMap<NetworkHandle, Arc<ResidentNetwork>>,
}

impl GpuEngine {
    /// Puts the adapter's network beside an engine that was made for the same network.
    pub fn new(cpu: Engine, adapter: Adapter, network: Arc<ResidentNetwork>) -> Self {
        Self { cpu, adapter, residents: BTreeMap::from([(NetworkHandle(0), network)]) }
    }

    /// A tensor of the unit.
    pub fn get(&self, tensor: TensorHandle) -> Result<&Tensor, Fault> {
        self.cpu.get(tensor)
    }

    /// What the adapter computes for a call; nothing if it does not run this one.
    fn compute(&mut self, call: &Call) -> Result<Option<Vec<Vec<f32>>>, Fault> {
        if let Call::TensorMatmul { left, right } = call {
            let (left, right) = (self.cpu.get(*left)?, self.cpu.get(*right)?);
            return is_large(left, right).then(|| self.matmul(left, right)).transpose();
        }
        let Some(network) = network_of(call) else { return Ok(None) };
        let network = self.resident(network)?;
        let values = |tensor: TensorHandle| self.cpu.get(tensor).map(Tensor::values);
        let logits = [logits_tap(network.architecture())];
        Ok(Some(match call {
            Call::NetworkLogits { batch, .. } => forward(&network, 0, values(*batch)?, &logits)?,
            Call::NetworkLogitsFrom { layer, activation, .. } => {
                forward(&network, *layer as usize, values(*activation)?, &logits)?
            }
            Call::NetworkActivations { batch, taps, .. } => {
                forward(&network, 0, values(*batch)?, taps)?
            }
            Call::NetworkActivationsFrom { layer, activation, taps, .. } => {
                forward(&network, *layer as usize, values(*activation)?, taps)?
            }
            Call::NetworkObjective { pass, objective: asked } => {
                let (batch, asked) = (values(pass.batch)?, self.cpu.objective(asked)?);
                vec![objective(&network, pass.layer as usize, batch, &asked)?]
            }
            Call::NetworkGradients { pass, objective, taps } => {
                let (batch, asked) = (values(pass.batch)?, self.cpu.objective(objective)?);
                gradients(&network, pass.layer as usize, batch, &asked, taps)?
            }
            Call::NetworkParameterGradients { pass, objective } => {
                let (batch, asked) = (values(pass.batch)?, self.cpu.objective(objective)?);
                parameter_gradients(&network, pass.layer as usize, batch, &asked)?
            }
            _ => return Ok(None),
        }))
    }

    /// A network on the adapter; a copy's weights go there when it is first run.
    fn resident(&mut self, handle: NetworkHandle) -> Result<Arc<ResidentNetwork>, Fault> {
        if let Some(resident) = self.residents.get(&handle) {
            return Ok(Arc::clone(resident));
        }
        let network = self.cpu.network(handle)?.network().clone();
        let resident = Arc::new(ResidentNetwork::new(network, &self.adapter));
        self.residents.insert(handle, Arc::clone(&resident));
        Ok(resident)
    }

    fn matmul(&self, left: &Tensor, right: &Tensor) -> Result<Vec<Vec<f32>>, Fault> {
        let upload = |tensor: &Tensor| {
            let shape = [tensor.shape()[0], tensor.shape()[1]];
            let data = TensorData::new(tensor.values().to_vec(), shape);
            burn::tensor::Tensor::<2>::from_data(data, &self.adapter.device)
        };
        let product = upload(left).matmul(upload(right));
        Ok(vec![Flow::Rows(product).values()?])
    }
}

/// The network that a call runs on the adapter, if it is such a call.
fn network_of(call: &Call) -> Option<NetworkHandle> {
    match call {
        Call::NetworkLogits { network, .. }
        | Call::NetworkLogitsFrom { network, .. }
        | Call::NetworkActivations { network, .. }
        | Call::NetworkActivationsFrom { network, .. } => Some(*network),
        Call::NetworkObjective { pass, .. }
        | Call::NetworkGradients { pass, .. }
        | Call::NetworkParameterGradients { pass, .. } => Some(pass.network),
        _ => None,
    }
}

fn is_large(left: &Tensor, right: &Tensor) -> bool {
    let lengths = left.shape().iter().chain(right.shape().last());
    lengths.fold(1_usize, |product, length| product.saturating_mul(*length)) >= MATMUL_MIN
}

impl Execute for GpuEngine {
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        // A lost device or a driver's refusal shows as an error or as a panic of the framework; both
        // are the host's fault and end the unit only.
        let computed = catch_unwind(AssertUnwindSafe(|| self.compute(call)));
        let computed = computed.unwrap_or_else(|_| {
            Err(Fault(format!("the adapter's driver panicked in {}", call.name())))
        })?;
        let Some(values) = computed else {
            if let Call::NetworkDrop { network } = call {
                self.residents.remove(network);
            }
            return self.cpu.execute(call, plan);
        };
        let tensors = plan.results.iter().cloned().zip(values);
        let tensors = tensors.map(|(shape, values)| Tensor::new(shape, values)).collect();
        Ok(self.cpu.adopt(call, tensors))
    }

    fn content(&self, tensor: TensorHandle) -> Option<Digest> {
        self.cpu.content(tensor)
    }

    fn network_content(&self, network: NetworkHandle) -> Option<Digest> {
        self.cpu.network_content(network)
    }
}

impl Inventory for GpuEngine {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        self.cpu.tensor(tensor)
    }

    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)> {
        Inventory::network(&self.cpu, network)
    }

    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        self.cpu.dataset(dataset)
    }

    fn live(&self) -> Live {
        self.cpu.live()
    }
}
