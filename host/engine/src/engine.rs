//! Executes the calls of one unit.

mod execute;

use std::collections::BTreeMap;
use std::sync::Arc;

use assay_call::{DatasetHandle, Inventory, NetworkHandle, TensorHandle};
use assay_network::Architecture;

use crate::{Lane, PreparedData, PreparedNetwork, Tensor};

/// The `cpu` lane's engine for one unit: one network, its data, and the unit's tensors.
pub struct Engine {
    lane: Lane,
    network: Arc<PreparedNetwork>,
    data: Arc<PreparedData>,
    tensors: BTreeMap<TensorHandle, Tensor>,
    /// Handles count up and are never used again, so that a late use of a dropped one is noticed.
    next: u32,
    live_bytes: u64,
}

impl Engine {
    /// A fresh engine without tensors.
    pub fn new(lane: Lane, network: Arc<PreparedNetwork>, data: Arc<PreparedData>) -> Self {
        Self { lane, network, data, tensors: BTreeMap::new(), next: 0, live_bytes: 0 }
    }
}

impl Inventory for Engine {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        self.tensors.get(&tensor).map(Tensor::shape)
    }

    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)> {
        let own = self.network.network();
        (network == NetworkHandle(0)).then(|| (&**own.architecture(), own.initial().is_some()))
    }

    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        let own = self.data.dataset();
        (dataset == DatasetHandle(0))
            .then(|| (own.examples(), own.shape(), self.data.class_counts()))
    }

    fn live(&self) -> (u64, u64) {
        (self.tensors.len() as u64, self.live_bytes)
    }
}
