//! Interface `tensors`.

use assay_call::{BinaryOp as B, Call, ReduceOp as R, Reply, TensorHandle, UnaryOp as U};
use wasmtime::component::Resource;

use super::{fallible, infallible};
use crate::bindings::assay::measure::tensors::{BinaryOp, Host, HostTensor, ReduceOp, UnaryOp};
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
        let parts = parts.iter().map(|part| self.tensor(part)).collect::<Result<_, _>>()?;
        self.handle(Call::TensorConcat { parts, axis })
    }

    fn unary(&mut self, own: Tensor, op: UnaryOp) -> Fallible<Tensor> {
        let tensor = self.tensor(&own)?;
        let op = match op {
            UnaryOp::Negate => U::Negate,
            UnaryOp::Absolute => U::Absolute,
            UnaryOp::Square => U::Square,
            UnaryOp::SquareRoot => U::SquareRoot,
            UnaryOp::Reciprocal => U::Reciprocal,
            UnaryOp::Exp => U::Exp,
            UnaryOp::Log => U::Log,
            UnaryOp::Tanh => U::Tanh,
            UnaryOp::Sigmoid => U::Sigmoid,
            UnaryOp::Relu => U::Relu,
            UnaryOp::Sign => U::Sign,
        };
        self.handle(Call::TensorUnary { tensor, op })
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
        let op = match op {
            ReduceOp::Sum => R::Sum,
            ReduceOp::Mean => R::Mean,
            ReduceOp::Maximum => R::Maximum,
            ReduceOp::Minimum => R::Minimum,
            ReduceOp::Variance => R::Variance,
            ReduceOp::L1Norm => R::L1Norm,
            ReduceOp::L2Norm => R::L2Norm,
        };
        self.handle(Call::TensorReduce { tensor, op, axes })
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

    fn drop(&mut self, own: Tensor) -> wasmtime::Result<()> {
        let entry = self.table.delete(own)?;
        infallible!(self, Call::TensorDrop { tensor: entry.0 }, Reply::Done => ())
    }
}

fn binary_op(op: BinaryOp) -> B {
    match op {
        BinaryOp::Add => B::Add,
        BinaryOp::Subtract => B::Subtract,
        BinaryOp::Multiply => B::Multiply,
        BinaryOp::Divide => B::Divide,
        BinaryOp::Minimum => B::Minimum,
        BinaryOp::Maximum => B::Maximum,
        BinaryOp::Equal => B::Equal,
        BinaryOp::Less => B::Less,
        BinaryOp::Greater => B::Greater,
    }
}
