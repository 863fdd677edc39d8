//! An inventory of nothing but shapes.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod cases;

use std::collections::BTreeMap;

use assay_call::{
    Call, DatasetHandle, ErrorKind, Inventory, Live, NetworkHandle, Plan, Rejected, TensorHandle,
    check,
};
use assay_network::{Activation, Architecture, LayerKind};

#[derive(Debug, Clone)]
pub struct Fake {
    pub tensors: BTreeMap<u32, Vec<usize>>,
    pub network: Architecture,
    /// How many networks of that architecture there are, and whether they have initial weights.
    pub networks: u32,
    pub has_initial: bool,
    /// Shape of an example, and examples of each class.
    pub dataset: (Vec<usize>, Vec<usize>),
    pub live: Live,
}

impl Fake {
    pub fn new(shapes: &[&[usize]]) -> Self {
        let tensors = (0..).zip(shapes.iter().map(|shape| shape.to_vec())).collect();
        let dense = |units| LayerKind::Dense { units, activation: Activation::Relu, bias: true };
        let network = Architecture::new(&[4], vec![dense(5), dense(3)]).unwrap();
        let live = Live { tensors: 0, networks: 1, bytes: 0 };
        let dataset = (vec![4], vec![7, 3]);
        Self { tensors, network, networks: 1, has_initial: false, dataset, live }
    }
}

impl Inventory for Fake {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        self.tensors.get(&tensor.0).map(Vec::as_slice)
    }

    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)> {
        (network.0 < self.networks).then_some((&self.network, self.has_initial))
    }

    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        let (shape, classes) = &self.dataset;
        (dataset.0 == 0).then_some((classes.iter().sum(), &shape[..], &classes[..]))
    }

    fn live(&self) -> Live {
        self.live
    }
}

pub const T: TensorHandle = TensorHandle(0);
pub const U: TensorHandle = TensorHandle(1);
pub const N: NetworkHandle = NetworkHandle(0);
pub const D: DatasetHandle = DatasetHandle(0);

pub fn plan(shapes: &[&[usize]], call: &Call) -> Plan {
    check(call, &Fake::new(shapes)).unwrap_or_else(|error| panic!("{call:?}: {error:?}"))
}

pub fn mistake(shapes: &[&[usize]], call: &Call) -> ErrorKind {
    match check(call, &Fake::new(shapes)) {
        Err(Rejected::Error(error)) => error.kind,
        other => panic!("{call:?}: {other:?}"),
    }
}
