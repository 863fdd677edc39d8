//! Interface `tensors`.

use assay_call::{Call, Reply, TensorHandle};
use wasmtime::component::Resource;

use super::operations::{binary_op, direction, reduce_op, unary_op};
use super::{fallible, infallible};
use crate::bindings::assay::measure::tensors::{
    BinaryOp, Direction, EigenDecomposition, Host, HostTensor, Padding, Ranking, ReduceOp,
    SingularDecomposition, UnaryOp,
};
use crate::bindings::assay::measure::types::{self, Error};
use crate::state::{State, TensorEntry};

type Fallible<T> = wasmtime::Result<Result<T, Error>>;
type Tensor = Resource<TensorEntry>;

impl State {
    pub(super) fn tensor(&self, tensor: &Tensor) -> wasmtime::Result<TensorHandle> {
        Ok(self.table.get(tensor)?.0)
    }

    /// Makes a handle for each tensor of a reply.
    pub(super) fn handles(&mut self, call: Call) -> Fallible<Vec<Tensor>> {
        let made: Fallible<Vec<_>> = fallible!(self, call, Reply::Tensors(made) => made);
        let made = match made? {
            Ok(made) => made,
            Err(error) => return Ok(Err(error)),
        };
        let mut handles = Vec::with_capacity(made.len());
        for (handle, _) in made {
            handles.push(self.table.push(TensorEntry(handle))?);
        }
        Ok(Ok(handles))
    }

    /// Makes a handle for the one tensor of a reply.
    pub(super) fn handle(&mut self, call: Call) -> Fallible<Tensor> {
        let mut handles = match self.handles(call)? {
            Ok(handles) => handles,
            Err(error) => return Ok(Err(error)),
        };
        match (handles.pop(), handles.is_empty()) {
            (Some(handle), true) => Ok(Ok(handle)),
            _ => Err(self.unexpected(&Reply::Tensors(Vec::new()))),
        }
    }

    /// Makes a handle for each of the tensors of a reply, of which there are `N`.
    fn handles_of<const N: usize>(&mut self, call: Call) -> Fallible<[Tensor; N]> {
        match self.handles(call)? {
            Ok(handles) => match <[Tensor; N]>::try_from(handles) {
                Ok(handles) => Ok(Ok(handles)),
                Err(_) => Err(self.unexpected(&Reply::Tensors(Vec::new()))),
            },
            Err(error) => Ok(Err(error)),
        }
    }

    pub(super) fn tensor_list(&self, tensors: &[Tensor]) -> wasmtime::Result<Vec<TensorHandle>> {
        tensors.iter().map(|tensor| self.tensor(tensor)).collect()
    }
}

impl types::Host for State {}

impl Host for State {}

impl HostTensor for State {
    fn from_list(&mut self, shape: Vec<u32>, values: Vec<f32>) -> Fallible<Tensor> {
        self.handle(Call::TensorFromList { shape, values })
    }

    fn shape(&mut self, own: Tensor) -> wasmtime::Result<Vec<u32>> {
        let call = Call::TensorShape { tensor: self.tensor(&own)? };
        infallible!(self, call, Reply::Shape(shape) => shape)
    }

    fn read(&mut self, own: Tensor, offset: u32, length: u32) -> Fallible<Vec<f32>> {
        let call = Call::TensorRead { tensor: self.tensor(&own)?, offset, length };
        fallible!(self, call, Reply::Floats(values) => values)
    }

    fn scalar(&mut self, own: Tensor) -> Fallible<f32> {
        let call = Call::TensorScalar { tensor: self.tensor(&own)? };
        fallible!(self, call, Reply::Scalar(value) => value)
    }

    fn reshape(&mut self, own: Tensor, shape: Vec<u32>) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorReshape { tensor, shape })
    }

    fn permute(&mut self, own: Tensor, axes: Vec<u32>) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorPermute { tensor, axes })
    }

    fn slice(&mut self, own: Tensor, axis: u32, start: u32, length: u32) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorSlice { tensor, axis, start, length })
    }

    fn gather_rows(&mut self, own: Tensor, indices: Vec<u32>) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorGatherRows { tensor, indices })
    }

    fn concat(&mut self, parts: Vec<Tensor>, axis: u32) -> Fallible<Tensor> {
        let parts = self.tensor_list(&parts)?;
        self.handle(Call::TensorConcat { parts, axis })
    }

    fn unary(&mut self, own: Tensor, op: UnaryOp) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorUnary { tensor, op: unary_op(op) })
    }

    fn binary(&mut self, own: Tensor, op: BinaryOp, other: Tensor) -> Fallible<Tensor> {
        let (left, right) = (self.tensor(&own)?, self.tensor(&other)?);
        self.handle(Call::TensorBinary { left, op: binary_op(op), right })
    }

    fn binary_scalar(&mut self, own: Tensor, op: BinaryOp, other: f32) -> Fallible<Tensor> {
        let left = self.tensor(&own)?;
        self.handle(Call::TensorBinaryScalar { left, op: binary_op(op), right: other })
    }

    fn reduce(&mut self, own: Tensor, op: ReduceOp, axes: Vec<u32>) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorReduce { tensor, op: reduce_op(op), axes })
    }

    fn arg_max(&mut self, own: Tensor) -> Fallible<Vec<u32>> {
        let call = Call::TensorArgMax { tensor: self.tensor(&own)? };
        fallible!(self, call, Reply::Indices(indices) => indices)
    }

    fn softmax(&mut self, own: Tensor) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorSoftmax { tensor })
    }

    fn log_softmax(&mut self, own: Tensor) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorLogSoftmax { tensor })
    }

    fn matmul(&mut self, own: Tensor, other: Tensor) -> Fallible<Tensor> {
        let (left, right) = (self.tensor(&own)?, self.tensor(&other)?);
        self.handle(Call::TensorMatmul { left, right })
    }

    fn full(&mut self, shape: Vec<u32>, value: f32) -> Fallible<Tensor> {
        self.handle(Call::TensorFull { shape, value })
    }

    fn one_hot(&mut self, indices: Vec<u32>, classes: u32) -> Fallible<Tensor> {
        self.handle(Call::TensorOneHot { indices, classes })
    }

    fn stack(&mut self, parts: Vec<Tensor>, axis: u32) -> Fallible<Tensor> {
        let parts = self.tensor_list(&parts)?;
        self.handle(Call::TensorStack { parts, axis })
    }

    fn pad(&mut self, own: Tensor, paddings: Vec<Padding>, value: f32) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        let paddings = paddings.iter().map(|padding| [padding.before, padding.after]).collect();
        self.handle(Call::TensorPad { tensor, paddings, value })
    }

    fn choose(&mut self, own: Tensor, yes: Tensor, no: Tensor) -> Fallible<Tensor> {
        let (mask, yes, no) = (self.tensor(&own)?, self.tensor(&yes)?, self.tensor(&no)?);
        self.handle(Call::TensorChoose { mask, yes, no })
    }

    fn pick(&mut self, own: Tensor, indices: Vec<u32>) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorPick { tensor, indices })
    }

    fn cumulative_sum(&mut self, own: Tensor) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorCumulativeSum { tensor })
    }

    fn quantile(&mut self, own: Tensor, q: f32) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorQuantile { tensor, q })
    }

    fn sort(&mut self, own: Tensor, way: Direction) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorSort { tensor, direction: direction(way) })
    }

    fn arg_sort(&mut self, own: Tensor, way: Direction) -> Fallible<Vec<u32>> {
        let tensor = self.tensor(&own)?;
        let call = Call::TensorArgSort { tensor, direction: direction(way) };
        fallible!(self, call, Reply::Indices(indices) => indices)
    }

    fn top_k(&mut self, own: Tensor, k: u32) -> Fallible<Ranking> {
        let call = Call::TensorTopK { tensor: self.tensor(&own)?, k };
        let made: Fallible<_> =
            fallible!(self, call, Reply::Ranking { values, indices } => (values.0, indices));
        match made? {
            Ok((values, indices)) => {
                Ok(Ok(Ranking { values: self.table.push(TensorEntry(values))?, indices }))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    fn arg_min(&mut self, own: Tensor) -> Fallible<Vec<u32>> {
        let call = Call::TensorArgMin { tensor: self.tensor(&own)? };
        fallible!(self, call, Reply::Indices(indices) => indices)
    }

    fn gram(&mut self, own: Tensor) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorGram { tensor })
    }

    fn squared_distances(&mut self, own: Tensor, other: Tensor) -> Fallible<Tensor> {
        let (left, right) = (self.tensor(&own)?, self.tensor(&other)?);
        self.handle(Call::TensorSquaredDistances { left, right })
    }

    fn cosine_similarity(&mut self, own: Tensor, other: Tensor) -> Fallible<Tensor> {
        let (left, right) = (self.tensor(&own)?, self.tensor(&other)?);
        self.handle(Call::TensorCosineSimilarity { left, right })
    }

    fn singular_values(&mut self, own: Tensor) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        self.handle(Call::TensorSingularValues { tensor })
    }

    fn svd(&mut self, own: Tensor) -> Fallible<SingularDecomposition> {
        let call = Call::TensorSvd { tensor: self.tensor(&own)? };
        let made = self.handles_of(call)?;
        Ok(made.map(|[u, values, v]| SingularDecomposition { u, values, v }))
    }

    fn symmetric_eigen(&mut self, own: Tensor) -> Fallible<EigenDecomposition> {
        let call = Call::TensorSymmetricEigen { tensor: self.tensor(&own)? };
        let made = self.handles_of(call)?;
        Ok(made.map(|[values, vectors]| EigenDecomposition { values, vectors }))
    }

    fn solve(&mut self, own: Tensor, right: Tensor) -> Fallible<Tensor> {
        let (left, right) = (self.tensor(&own)?, self.tensor(&right)?);
        self.handle(Call::TensorSolve { left, right })
    }

    fn random_normal(&mut self, seed: u64, stream: u64, shape: Vec<u32>) -> Fallible<Tensor> {
        self.handle(Call::TensorRandomNormal { seed, stream, shape })
    }

    fn random_uniform(&mut self, seed: u64, stream: u64, shape: Vec<u32>) -> Fallible<Tensor> {
        self.handle(Call::TensorRandomUniform { seed, stream, shape })
    }

    fn random_permutation(&mut self, seed: u64, stream: u64, length: u32) -> Fallible<Vec<u32>> {
        let call = Call::TensorRandomPermutation { seed, stream, length };
        fallible!(self, call, Reply::Indices(order) => order)
    }

    fn drop(&mut self, own: Tensor) -> wasmtime::Result<()> {
        let entry = self.table.delete(own)?;
        infallible!(self, Call::TensorDrop { tensor: entry.0 }, Reply::Done => ())
    }
}
