//! Interface `tensors`.

use assay_call::{Call, Reply, TensorHandle};
use assay_sdk::native::Error;
use assay_sdk::native::tensors::{
    BinaryOp, Direction, EigenDecomposition, Padding, Ranking, ReduceOp, SingularDecomposition,
    Tensor, Tensors, UnaryOp,
};

use super::operations::{binary_op, direction, reduce_op, unary_op};
use super::{NativeHost, taken};

type Made<T = Tensor> = Result<T, Error>;

pub(super) fn handle(tensor: &Tensor) -> TensorHandle {
    TensorHandle(tensor.number())
}

pub(super) fn handles(tensors: &[&Tensor]) -> Vec<TensorHandle> {
    tensors.iter().copied().map(handle).collect()
}

impl NativeHost {
    /// Asks for tensors.
    pub(super) fn tensors(&self, call: Call) -> Made<Vec<Tensor>> {
        let made = taken!(self, self.ask(call)?, Reply::Tensors(made) => made);
        Ok(made.into_iter().map(|(TensorHandle(number), _)| Tensor::numbered(number)).collect())
    }

    /// Asks for `N` tensors.
    fn tensors_of<const N: usize>(&self, call: Call) -> Made<[Tensor; N]> {
        let made = self.tensors(call)?;
        Ok(made.try_into().unwrap_or_else(|_| self.unexpected(&Reply::Tensors(Vec::new()))))
    }

    /// Asks for one tensor.
    pub(super) fn tensor(&self, call: Call) -> Made {
        let [tensor] = self.tensors_of(call)?;
        Ok(tensor)
    }

    pub(super) fn indices(&self, call: Call) -> Made<Vec<u32>> {
        Ok(taken!(self, self.ask(call)?, Reply::Indices(indices) => indices))
    }
}

impl Tensors for NativeHost {
    fn shape(&self, own: &Tensor) -> Vec<u32> {
        let call = Call::TensorShape { tensor: handle(own) };
        taken!(self, self.ask_infallible(call), Reply::Shape(shape) => shape)
    }

    fn read(&self, own: &Tensor, offset: u32, length: u32) -> Made<Vec<f32>> {
        let call = Call::TensorRead { tensor: handle(own), offset, length };
        Ok(taken!(self, self.ask(call)?, Reply::Floats(values) => values))
    }

    fn scalar(&self, own: &Tensor) -> Made<f32> {
        let call = Call::TensorScalar { tensor: handle(own) };
        Ok(taken!(self, self.ask(call)?, Reply::Scalar(value) => value))
    }

    fn reshape(&self, own: &Tensor, shape: &[u32]) -> Made {
        self.tensor(Call::TensorReshape { tensor: handle(own), shape: shape.to_vec() })
    }

    fn permute(&self, own: &Tensor, axes: &[u32]) -> Made {
        self.tensor(Call::TensorPermute { tensor: handle(own), axes: axes.to_vec() })
    }

    fn slice(&self, own: &Tensor, axis: u32, start: u32, length: u32) -> Made {
        self.tensor(Call::TensorSlice { tensor: handle(own), axis, start, length })
    }

    fn gather_rows(&self, own: &Tensor, indices: &[u32]) -> Made {
        self.tensor(Call::TensorGatherRows { tensor: handle(own), indices: indices.to_vec() })
    }

    fn unary(&self, own: &Tensor, op: UnaryOp) -> Made {
        self.tensor(Call::TensorUnary { tensor: handle(own), op: unary_op(op) })
    }

    fn binary(&self, own: &Tensor, op: BinaryOp, other: &Tensor) -> Made {
        let (left, right) = (handle(own), handle(other));
        self.tensor(Call::TensorBinary { left, op: binary_op(op), right })
    }

    fn binary_scalar(&self, own: &Tensor, op: BinaryOp, other: f32) -> Made {
        let op = binary_op(op);
        self.tensor(Call::TensorBinaryScalar { left: handle(own), op, right: other })
    }

    fn reduce(&self, own: &Tensor, op: ReduceOp, axes: &[u32]) -> Made {
        let (op, axes) = (reduce_op(op), axes.to_vec());
        self.tensor(Call::TensorReduce { tensor: handle(own), op, axes })
    }

    fn arg_max(&self, own: &Tensor) -> Made<Vec<u32>> {
        self.indices(Call::TensorArgMax { tensor: handle(own) })
    }

    fn softmax(&self, own: &Tensor) -> Made {
        self.tensor(Call::TensorSoftmax { tensor: handle(own) })
    }

    fn log_softmax(&self, own: &Tensor) -> Made {
        self.tensor(Call::TensorLogSoftmax { tensor: handle(own) })
    }

    fn matmul(&self, own: &Tensor, other: &Tensor) -> Made {
        self.tensor(Call::TensorMatmul { left: handle(own), right: handle(other) })
    }

    fn pad(&self, own: &Tensor, paddings: &[Padding], value: f32) -> Made {
        let paddings = paddings.iter().map(|padding| [padding.before, padding.after]).collect();
        self.tensor(Call::TensorPad { tensor: handle(own), paddings, value })
    }

    fn choose(&self, own: &Tensor, yes: &Tensor, no: &Tensor) -> Made {
        let [mask, yes, no] = [own, yes, no].map(handle);
        self.tensor(Call::TensorChoose { mask, yes, no })
    }

    fn pick(&self, own: &Tensor, indices: &[u32]) -> Made {
        self.tensor(Call::TensorPick { tensor: handle(own), indices: indices.to_vec() })
    }

    fn cumulative_sum(&self, own: &Tensor) -> Made {
        self.tensor(Call::TensorCumulativeSum { tensor: handle(own) })
    }

    fn quantile(&self, own: &Tensor, q: f32) -> Made {
        self.tensor(Call::TensorQuantile { tensor: handle(own), q })
    }

    fn sort(&self, own: &Tensor, way: Direction) -> Made {
        self.tensor(Call::TensorSort { tensor: handle(own), direction: direction(way) })
    }

    fn arg_sort(&self, own: &Tensor, way: Direction) -> Made<Vec<u32>> {
        self.indices(Call::TensorArgSort { tensor: handle(own), direction: direction(way) })
    }

    fn top_k(&self, own: &Tensor, k: u32) -> Made<Ranking> {
        let reply = self.ask(Call::TensorTopK { tensor: handle(own), k })?;
        let (values, indices) = taken!(
            self, reply, Reply::Ranking { values, indices } => (values.0, indices)
        );
        Ok(Ranking { values: Tensor::numbered(values.0), indices })
    }

    fn arg_min(&self, own: &Tensor) -> Made<Vec<u32>> {
        self.indices(Call::TensorArgMin { tensor: handle(own) })
    }

    fn gram(&self, own: &Tensor) -> Made {
        self.tensor(Call::TensorGram { tensor: handle(own) })
    }

    fn squared_distances(&self, own: &Tensor, other: &Tensor) -> Made {
        self.tensor(Call::TensorSquaredDistances { left: handle(own), right: handle(other) })
    }

    fn cosine_similarity(&self, own: &Tensor, other: &Tensor) -> Made {
        self.tensor(Call::TensorCosineSimilarity { left: handle(own), right: handle(other) })
    }

    fn singular_values(&self, own: &Tensor) -> Made {
        self.tensor(Call::TensorSingularValues { tensor: handle(own) })
    }

    fn svd(&self, own: &Tensor) -> Made<SingularDecomposition> {
        let [u, values, v] = self.tensors_of(Call::TensorSvd { tensor: handle(own) })?;
        Ok(SingularDecomposition { u, values, v })
    }

    fn symmetric_eigen(&self, own: &Tensor) -> Made<EigenDecomposition> {
        let call = Call::TensorSymmetricEigen { tensor: handle(own) };
        let [values, vectors] = self.tensors_of(call)?;
        Ok(EigenDecomposition { values, vectors })
    }

    fn solve(&self, own: &Tensor, right: &Tensor) -> Made {
        self.tensor(Call::TensorSolve { left: handle(own), right: handle(right) })
    }

    fn from_list(&self, shape: &[u32], values: &[f32]) -> Made {
        self.tensor(Call::TensorFromList { shape: shape.to_vec(), values: values.to_vec() })
    }

    fn concat(&self, parts: &[&Tensor], axis: u32) -> Made {
        self.tensor(Call::TensorConcat { parts: handles(parts), axis })
    }

    fn full(&self, shape: &[u32], value: f32) -> Made {
        self.tensor(Call::TensorFull { shape: shape.to_vec(), value })
    }

    fn one_hot(&self, indices: &[u32], classes: u32) -> Made {
        self.tensor(Call::TensorOneHot { indices: indices.to_vec(), classes })
    }

    fn stack(&self, parts: &[&Tensor], axis: u32) -> Made {
        self.tensor(Call::TensorStack { parts: handles(parts), axis })
    }

    fn random_normal(&self, seed: u64, stream: u64, shape: &[u32]) -> Made {
        self.tensor(Call::TensorRandomNormal { seed, stream, shape: shape.to_vec() })
    }

    fn random_uniform(&self, seed: u64, stream: u64, shape: &[u32]) -> Made {
        self.tensor(Call::TensorRandomUniform { seed, stream, shape: shape.to_vec() })
    }

    fn random_permutation(&self, seed: u64, stream: u64, length: u32) -> Made<Vec<u32>> {
        self.indices(Call::TensorRandomPermutation { seed, stream, length })
    }

    fn dropped(&self, number: u32) {
        self.drop_handle(Call::TensorDrop { tensor: TensorHandle(number) });
    }
}
