//! An engine that computes nothing.

#![allow(unreachable_pub, reason = "shared by test files")]

use assay_call::{
    Call, DatasetHandle, Execute, Fault, Inventory, Live, NetworkHandle, Plan, Reply, TensorHandle,
};
use assay_ids::Digest;
use assay_network::Architecture;

/// One tensor of 1,000 elements. `arg-max` gives indices, `read` fails on this side.
pub struct Fixed;

impl Inventory for Fixed {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        (tensor.0 == 0).then_some(&[1000])
    }

    fn network(&self, _: NetworkHandle) -> Option<(&Architecture, bool)> {
        None
    }

    fn dataset(&self, _: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        None
    }

    fn live(&self) -> Live {
        Live { tensors: 1, networks: 1, bytes: 4000 }
    }
}

impl Execute for Fixed {
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        match call {
            Call::TensorRead { .. } => Err(Fault("the adapter is gone".to_owned())),
            Call::TensorArgMax { .. } => Ok(Reply::Indices(vec![7, u32::MAX])),
            _ => {
                let shape = plan.results[0].iter().map(|axis| *axis as u32).collect();
                Ok(Reply::Tensors(vec![(TensorHandle(0), shape)]))
            }
        }
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        None
    }

    fn network_content(&self, _: NetworkHandle) -> Option<Digest> {
        None
    }
}
