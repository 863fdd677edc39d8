//! Executes the calls of one unit.

mod execute;
mod images;
mod networks;
mod tensors;

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_call::{CallError, DatasetHandle, Fault, Inventory, Live, NetworkHandle, TensorHandle};
use assay_ids::Digest;
use assay_network::Architecture;

use crate::{Cache, Lane, PreparedData, PreparedNetwork, Tensor};

/// The `cpu` lane's engine for one unit: its network and copies of it, its data, its tensors.
pub struct Engine {
    lane: Lane,
    networks: BTreeMap<NetworkHandle, Held>,
    data: Arc<PreparedData>,
    tensors: BTreeMap<TensorHandle, Made>,
    /// Handles count up and are never used again, so that a late use of a dropped one is noticed.
    next_tensor: u32,
    next_network: u32,
    live_bytes: u64,
    cache: Option<Arc<Cache>>,
}

/// A network of the unit.
struct Held {
    network: Arc<PreparedNetwork>,
    /// Bytes of the arrays that it does not share with the network it was copied from.
    own_bytes: u64,
    lineage: Option<Digest>,
}

/// A tensor of the unit.
struct Made {
    tensor: Tensor,
    /// What it was made of; only known where there is a cache to ask.
    lineage: Option<Digest>,
}

/// Why a checked call has no result.
enum Failure {
    /// The values were a mistake of the guest's: no finite matrix, no positive definite one.
    Error(CallError),
    /// This side failed.
    Fault(Fault),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Error(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Engine {
    /// A fresh engine without tensors.
    pub fn new(lane: Lane, network: Arc<PreparedNetwork>, data: Arc<PreparedData>) -> Self {
        let own = Held { network, own_bytes: 0, lineage: None };
        Self {
            lane,
            networks: BTreeMap::from([(NetworkHandle(0), own)]),
            data,
            tensors: BTreeMap::new(),
            next_tensor: 0,
            next_network: 1,
            live_bytes: 0,
            cache: None,
        }
    }

    /// Looks expensive results up in a cache, which only engines of the same lane may share.
    #[must_use]
    pub fn with_cache(mut self, cache: Arc<Cache>) -> Self {
        for held in self.networks.values_mut() {
            held.lineage = Some(held.network.digest());
        }
        self.cache = Some(cache);
        self
    }
}

impl Inventory for Engine {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        self.tensors.get(&tensor).map(|made| made.tensor.shape())
    }

    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)> {
        let own = self.networks.get(&network)?.network.network();
        Some((&**own.architecture(), own.initial().is_some()))
    }

    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        let own = self.data.dataset();
        (dataset == DatasetHandle(0))
            .then(|| (own.examples(), own.shape(), self.data.class_counts()))
    }

    fn live(&self) -> Live {
        let (tensors, networks) = (self.tensors.len() as u64, self.networks.len() as u64);
        Live { tensors, networks, bytes: self.live_bytes }
    }
}
