//! Calls of the `tensors` and `data` interfaces that make tensors.

use assay_call::{Call, Fault, TensorHandle};

use super::{Engine, Failure};
use crate::cpu::{activation, arrange, elementwise, order, random, reduce};
use crate::tensor::canonical;
use crate::{Tensor, linear};

fn positions(list: &[u32]) -> Vec<usize> {
    list.iter().map(|at| *at as usize).collect()
}

impl Engine {
    fn examples(&self, indices: &[u32]) -> Tensor {
        let dataset = self.data.dataset();
        let mut shape = vec![dataset.examples()];
        shape.extend(dataset.shape());
        arrange::gather_rows(&shape, dataset.inputs(), indices)
    }

    fn get_all(&self, tensors: &[TensorHandle]) -> Result<Vec<&Tensor>, Fault> {
        tensors.iter().map(|tensor| self.get(*tensor)).collect()
    }

    /// A call that makes one tensor, of this shape.
    pub(super) fn compute_tensor(&self, call: &Call, shape: Vec<usize>) -> Result<Tensor, Failure> {
        Ok(match call {
            Call::DataBatch { start, length, .. } => {
                self.examples(&(*start..*start + *length).collect::<Vec<_>>())
            }
            Call::DataGather { indices, .. } => self.examples(indices),
            Call::TensorFromList { values, .. } => {
                Tensor::new(shape, values.iter().copied().map(canonical).collect::<Vec<_>>())
            }
            Call::TensorFull { value, .. } => arrange::full(shape, canonical(*value)),
            Call::TensorOneHot { indices, classes } => arrange::one_hot(indices, *classes as usize),
            Call::TensorRandomNormal { seed, stream, .. } => {
                random::normal(&self.lane, *seed, *stream, shape)
            }
            Call::TensorRandomUniform { seed, stream, .. } => {
                random::uniform(*seed, *stream, shape)
            }
            Call::TensorUnary { tensor, op } => elementwise::unary(*op, self.get(*tensor)?),
            Call::TensorBinary { left, op, right } => {
                elementwise::binary(*op, self.get(*left)?, self.get(*right)?, &shape)
            }
            Call::TensorBinaryScalar { left, op, right } => {
                elementwise::binary_scalar(*op, self.get(*left)?, *right)
            }
            Call::TensorChoose { mask, yes, no } => {
                let [mask, yes, no] = [self.get(*mask)?, self.get(*yes)?, self.get(*no)?];
                elementwise::choose(mask, yes, no, &shape)
            }
            Call::TensorSoftmax { tensor } => self.rows(*tensor, activation::softmax)?,
            Call::TensorLogSoftmax { tensor } => self.rows(*tensor, activation::log_softmax)?,
            _ => match self.rearrange(call, &shape)? {
                Some(tensor) => tensor,
                None => self.along_last_axis(call, shape)?,
            },
        })
    }

    /// Calls that put values elsewhere.
    fn rearrange(&self, call: &Call, shape: &[usize]) -> Result<Option<Tensor>, Failure> {
        Ok(Some(match call {
            Call::TensorReshape { tensor, .. } => self.get(*tensor)?.reshaped(shape.to_vec()),
            Call::TensorPermute { tensor, axes } => {
                arrange::permute(self.get(*tensor)?, &positions(axes))
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
                arrange::concat(&self.get_all(parts)?, *axis as usize, shape.to_vec())
            }
            Call::TensorStack { parts, axis } => {
                arrange::stack(&self.get_all(parts)?, *axis as usize)
            }
            Call::TensorPad { tensor, paddings, value } => {
                let paddings: Vec<(usize, usize)> = paddings
                    .iter()
                    .map(|[before, after]| (*before as usize, *after as usize))
                    .collect();
                arrange::pad(self.get(*tensor)?, &paddings, canonical(*value))
            }
            _ => return Ok(None),
        }))
    }

    fn along_last_axis(&self, call: &Call, shape: Vec<usize>) -> Result<Tensor, Failure> {
        Ok(match call {
            Call::TensorReduce { tensor, op, axes } => {
                reduce::reduce(*op, self.get(*tensor)?, axes, shape)
            }
            Call::TensorPick { tensor, indices } => arrange::pick(self.get(*tensor)?, indices),
            Call::TensorCumulativeSum { tensor } => order::cumulative_sum(self.get(*tensor)?),
            Call::TensorQuantile { tensor, q } => order::quantile(self.get(*tensor)?, *q),
            Call::TensorSort { tensor, direction } => order::sort(self.get(*tensor)?, *direction),
            _ => self.matrices(call)?,
        })
    }

    fn matrices(&self, call: &Call) -> Result<Tensor, Failure> {
        let get = |tensor: &TensorHandle| self.get(*tensor);
        let lane = &self.lane;
        Ok(match call {
            Call::TensorMatmul { left, right } => linear::matmul(lane, get(left)?, get(right)?),
            Call::TensorGram { tensor } => linear::gram(lane, get(tensor)?),
            Call::TensorSquaredDistances { left, right } => {
                linear::squared_distances(lane, get(left)?, get(right)?)
            }
            Call::TensorCosineSimilarity { left, right } => {
                linear::cosine_similarity(lane, get(left)?, get(right)?)
            }
            Call::TensorSingularValues { tensor } => linear::singular_values(lane, get(tensor)?)?,
            Call::TensorSolve { left, right } => linear::solve(lane, get(left)?, get(right)?)?,
            other => return Err(Fault(format!("no way to compute {}", other.name())).into()),
        })
    }

    pub(super) fn compute_decomposition(&self, call: &Call) -> Result<Vec<Tensor>, Failure> {
        match call {
            Call::TensorSvd { tensor } => {
                let (u, values, v) = linear::svd(&self.lane, self.get(*tensor)?)?;
                Ok(vec![u, values, v])
            }
            Call::TensorSymmetricEigen { tensor } => {
                let (values, vectors) = linear::symmetric_eigen(&self.lane, self.get(*tensor)?)?;
                Ok(vec![values, vectors])
            }
            other => Err(Fault(format!("{} decomposes nothing", other.name())).into()),
        }
    }

    fn rows(&self, tensor: TensorHandle, function: fn(&mut [f32])) -> Result<Tensor, Fault> {
        let tensor = self.get(tensor)?;
        let mut values = tensor.values().to_vec();
        let row = tensor.shape().last().copied().unwrap_or(1);
        values.chunks_exact_mut(row.max(1)).for_each(function);
        Ok(Tensor::new(tensor.shape().to_vec(), values))
    }
}
