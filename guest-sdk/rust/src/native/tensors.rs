//! Interface `tensors`.

use super::Error;
use super::interface::resource;
pub use crate::bindings::assay::measure::plain::tensors::{
    BinaryOp, Direction, Padding, ReduceOp, UnaryOp,
};

/// Values and positions of `top-k`.
#[derive(Debug)]
pub struct Ranking {
    /// The largest values of each row.
    pub values: Tensor,
    /// Their positions.
    pub indices: Vec<u32>,
}

/// What `svd` returns.
#[derive(Debug)]
pub struct SingularDecomposition {
    /// Left vectors.
    pub u: Tensor,
    /// Singular values.
    pub values: Tensor,
    /// Right vectors.
    pub v: Tensor,
}

/// What `symmetric-eigen` returns.
#[derive(Debug)]
pub struct EigenDecomposition {
    /// Eigenvalues.
    pub values: Tensor,
    /// Eigenvectors.
    pub vectors: Tensor,
}

type Made<T = Tensor> = Result<T, Error>;

resource! {
    /// The functions of tensors.
    Tensors,
    /// A tensor on the host's side.
    Tensor {
        shape() -> Vec<u32>;
        read(offset: u32, length: u32) -> Made<Vec<f32>>;
        scalar() -> Made<f32>;
        reshape(shape: &[u32]) -> Made;
        permute(axes: &[u32]) -> Made;
        slice(axis: u32, start: u32, length: u32) -> Made;
        gather_rows(indices: &[u32]) -> Made;
        unary(op: UnaryOp) -> Made;
        binary(op: BinaryOp, other: &Tensor) -> Made;
        binary_scalar(op: BinaryOp, other: f32) -> Made;
        reduce(op: ReduceOp, axes: &[u32]) -> Made;
        arg_max() -> Made<Vec<u32>>;
        softmax() -> Made;
        log_softmax() -> Made;
        matmul(other: &Tensor) -> Made;
        pad(paddings: &[Padding], value: f32) -> Made;
        choose(yes: &Tensor, no: &Tensor) -> Made;
        pick(indices: &[u32]) -> Made;
        cumulative_sum() -> Made;
        quantile(q: f32) -> Made;
        sort(direction: Direction) -> Made;
        arg_sort(direction: Direction) -> Made<Vec<u32>>;
        top_k(k: u32) -> Made<Ranking>;
        arg_min() -> Made<Vec<u32>>;
        gram() -> Made;
        squared_distances(other: &Tensor) -> Made;
        cosine_similarity(other: &Tensor) -> Made;
        singular_values() -> Made;
        svd() -> Made<SingularDecomposition>;
        symmetric_eigen() -> Made<EigenDecomposition>;
        solve(right: &Tensor) -> Made;
    }
    from_list(shape: &[u32], values: &[f32]) -> Made;
    concat(parts: &[&Tensor], axis: u32) -> Made;
    full(shape: &[u32], value: f32) -> Made;
    one_hot(indices: &[u32], classes: u32) -> Made;
    stack(parts: &[&Tensor], axis: u32) -> Made;
    random_normal(seed: u64, stream: u64, shape: &[u32]) -> Made;
    random_uniform(seed: u64, stream: u64, shape: &[u32]) -> Made;
    random_permutation(seed: u64, stream: u64, length: u32) -> Made<Vec<u32>>;
}
