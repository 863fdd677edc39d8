//! Linear algebra of the `cpu` lane: products of rows, decompositions, solving.
//!
//! Decompositions are computed in 64-bit floats on a matrix scaled by a power of two, and rounded to
//! 32 bits once. They are built of two kernels, sums of products and multiples of one column added to
//! another, whose order is fixed in `linear/kernel.rs`; what runs in parallel works on different
//! columns or rows, so threads cannot matter.
//!
//! Begin with `svd.rs`, then `jacobi.rs`.

mod columns;
mod eigen;
mod jacobi;
mod kernel;
mod products;
mod reflect;
mod solve;
mod svd;

#[cfg(test)]
mod tests;

pub(crate) use eigen::symmetric_eigen;
pub(crate) use products::{cosine_similarity, gram, matmul, squared_distances};
pub(crate) use solve::solve;
pub(crate) use svd::{singular_values, svd};
