//! One checked call, computed.

use std::sync::Arc;

use assay_call::{Call, Execute, Fault, Plan, Reply, Tap, TensorHandle};
use assay_ids::Digest;
use rayon::prelude::*;

use super::Engine;
use crate::Tensor;
use crate::cpu::{activation, arrange, elementwise, gemm, reduce};
use crate::forward::{forward, logits_tap};
use crate::tensor::canonical;

/// Rows of a matrix product that one thread takes at a time.
const ROWS: usize = 64;

impl Execute for Engine {
    fn execute(&mut self, call: &Call, plan: &Plan) -> Result<Reply, Fault> {
        match call {
            Call::TensorDrop { tensor } => {
                let dropped = self.tensors.remove(tensor).ok_or_else(|| missing(*tensor))?;
                self.live_bytes -= dropped.bytes();
                Ok(Reply::Done)
            }
            Call::NetworkActivations { batch, taps, .. } => {
                let batch = self.get(*batch)?.clone();
                let values = forward(&self.lane, &self.network, batch.values(), taps);
                let shapes = plan.results.iter().cloned();
                let tensors = shapes.zip(values).map(|(shape, v)| Tensor::new(shape, v)).collect();
                Ok(self.put(tensors))
            }
            _ => {
                if let Some(reply) = self.answer(call)? {
                    return Ok(reply);
                }
                let shape = plan.results.first().cloned();
                let shape = shape.ok_or_else(|| Fault("the plan makes no tensor".to_owned()))?;
                let tensor = self.compute(call, shape)?;
                Ok(self.put(vec![tensor]))
            }
        }
    }

    fn content(&self, tensor: TensorHandle) -> Option<Digest> {
        self.tensors.get(&tensor).map(Tensor::digest)
    }
}

/// Checked calls name tensors that exist; anything else is a bug of this side.
fn missing(tensor: TensorHandle) -> Fault {
    Fault(format!("tensor {} is not here", tensor.0))
}

fn sizes(shape: &[usize]) -> Vec<u32> {
    // Axes of tensors are bounded by the elements of one, which fit easily.
    shape.iter().map(|axis| *axis as u32).collect()
}

impl Engine {
    fn get(&self, tensor: TensorHandle) -> Result<&Tensor, Fault> {
        self.tensors.get(&tensor).ok_or_else(|| missing(tensor))
    }

    fn put(&mut self, tensors: Vec<Tensor>) -> Reply {
        let mut made = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            let handle = TensorHandle(self.next);
            self.next += 1;
            self.live_bytes += tensor.bytes();
            made.push((handle, sizes(tensor.shape())));
            self.tensors.insert(handle, tensor);
        }
        Reply::Tensors(made)
    }

    /// Calls that make no tensor.
    fn answer(&self, call: &Call) -> Result<Option<Reply>, Fault> {
        let architecture = self.network.network().architecture();
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
                let rows = tensor.values().chunks_exact(row);
                Reply::Indices(rows.map(reduce::arg_max).collect())
            }
            Call::NetworkInputShape { .. } => Reply::Shape(sizes(architecture.input())),
            Call::NetworkLayers { .. } => Reply::Layers(architecture.layers().to_vec()),
            Call::NetworkParameters { .. } => Reply::Parameters(architecture.parameters().to_vec()),
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

    /// Calls that make one tensor, of this shape.
    fn compute(&self, call: &Call, shape: Vec<usize>) -> Result<Tensor, Fault> {
        let network = self.network.network();
        Ok(match call {
            Call::NetworkParameter { index, .. } => {
                Tensor::new(shape, Arc::clone(&network.weights()[*index as usize]))
            }
            Call::NetworkInitialParameter { index, .. } => {
                let initial =
                    network.initial().ok_or_else(|| Fault("no initial weights".into()))?;
                Tensor::new(shape, Arc::clone(&initial[*index as usize]))
            }
            Call::NetworkLogits { batch, .. } => {
                let taps: [Tap; 1] = [logits_tap(&self.network)];
                let batch = self.get(*batch)?.values();
                Tensor::new(shape, forward(&self.lane, &self.network, batch, &taps).swap_remove(0))
            }
            Call::DataBatch { start, length, .. } => {
                let indices: Vec<u32> = (*start..*start + *length).collect();
                self.batch(&indices)
            }
            Call::DataGather { indices, .. } => self.batch(indices),
            _ => self.compute_tensor(call, shape)?,
        })
    }

    fn batch(&self, indices: &[u32]) -> Tensor {
        let dataset = self.data.dataset();
        let mut shape = vec![dataset.examples()];
        shape.extend(dataset.shape());
        arrange::gather_rows(&shape, dataset.inputs(), indices)
    }

    fn compute_tensor(&self, call: &Call, shape: Vec<usize>) -> Result<Tensor, Fault> {
        Ok(match call {
            Call::TensorFromList { values, .. } => {
                Tensor::new(shape, values.iter().copied().map(canonical).collect::<Vec<_>>())
            }
            Call::TensorReshape { tensor, .. } => self.get(*tensor)?.reshaped(shape),
            Call::TensorPermute { tensor, axes } => {
                let axes: Vec<usize> = axes.iter().map(|axis| *axis as usize).collect();
                arrange::permute(self.get(*tensor)?, &axes)
            }
            Call::TensorSlice { tensor, axis, start, length } => {
                let [axis, start, length] = [*axis, *start, *length].map(|n| n as usize);
                arrange::slice(self.get(*tensor)?, axis, start, length)
            }
            Call::TensorGatherRows { tensor, indices } => {
                let tensor = self.get(*tensor)?;
                arrange::gather_rows(tensor.shape(), tensor.values(), indices)
            }
            Call::TensorConcat { parts, axis } => {
                let parts: Vec<&Tensor> =
                    parts.iter().map(|part| self.get(*part)).collect::<Result<_, _>>()?;
                arrange::concat(&parts, *axis as usize, shape)
            }
            Call::TensorUnary { tensor, op } => elementwise::unary(*op, self.get(*tensor)?),
            Call::TensorBinary { left, op, right } => {
                elementwise::binary(*op, self.get(*left)?, self.get(*right)?, &shape)
            }
            Call::TensorBinaryScalar { left, op, right } => {
                elementwise::binary_scalar(*op, self.get(*left)?, *right)
            }
            Call::TensorReduce { tensor, op, axes } => {
                reduce::reduce(*op, self.get(*tensor)?, axes, shape)
            }
            Call::TensorSoftmax { tensor } => self.rows(*tensor, activation::softmax)?,
            Call::TensorLogSoftmax { tensor } => self.rows(*tensor, activation::log_softmax)?,
            Call::TensorMatmul { left, right } => self.matmul(*left, *right, shape)?,
            other => return Err(Fault(format!("no way to compute {}", other.name()))),
        })
    }

    fn rows(&self, tensor: TensorHandle, function: fn(&mut [f32])) -> Result<Tensor, Fault> {
        let tensor = self.get(tensor)?;
        let mut values = tensor.values().to_vec();
        let row = tensor.shape().last().copied().unwrap_or(1);
        values.chunks_exact_mut(row.max(1)).for_each(function);
        Ok(Tensor::new(tensor.shape().to_vec(), values))
    }

    fn matmul(
        &self,
        left: TensorHandle,
        right: TensorHandle,
        shape: Vec<usize>,
    ) -> Result<Tensor, Fault> {
        let (left, right) = (self.get(left)?, self.get(right)?);
        let (k, n) = (right.shape()[0], right.shape()[1]);
        let mut out = vec![0.0; shape.iter().product()];
        if k > 0 && !out.is_empty() {
            let packed = gemm::Packed::new(right.values(), k, n);
            let rows = left.values().par_chunks(ROWS * k).zip(out.par_chunks_mut(ROWS * n));
            self.lane.run(|| rows.for_each(|(a, out)| gemm::multiply(a, &packed, None, out)));
        }
        Ok(Tensor::new(shape, out))
    }
}
