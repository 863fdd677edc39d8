//! Decompositions and linear systems, computed on the host's side in 64-bit floats.
//!
//! All of these can fail by what the values are (a network's weights may hold NaN, a matrix need not
//! be positive definite) or by the network's size, so all return a [`Result`].

use super::Tensor;
use crate::Error;

/// A thin singular value decomposition: `u × diagonal(values) × transpose(v)`.
#[derive(Debug)]
pub struct Svd {
    /// `[m, r]`, r = min(m, n); columns are orthonormal.
    pub u: Tensor,
    /// `[r]`, descending.
    pub values: Tensor,
    /// `[n, r]`; columns are orthonormal.
    pub v: Tensor,
}

/// An eigen-decomposition of a symmetric matrix.
#[derive(Debug)]
pub struct Eigen {
    /// `[n]`, ascending.
    pub values: Tensor,
    /// `[n, n]`; column `i` is the unit vector of value `i`.
    pub vectors: Tensor,
}

impl Tensor {
    /// Singular values of a matrix `[m, n]`, descending: `[min(m, n)]`. At most 4,096 in the shorter
    /// axis. Work: 64·m·n·min(m, n).
    ///
    /// ```no_run
    /// # fn stable_rank(kernel: &assay_sdk::Tensor) -> Result<f32, assay_sdk::Error> {
    /// let squares = kernel.singular_values()?.square();
    /// Ok(squares.sum() / squares.max())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (not a matrix), [`Error::TooLarge`], [`Error::InvalidArgument`] (NaN
    /// or infinite values).
    pub fn singular_values(&self) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.singular_values()?))
    }

    /// Thin singular value decomposition of a matrix `[m, n]`; the first non-zero entry of each column
    /// of `u` is positive. At most 4,096 in the shorter axis. Work: 96·m·n·min(m, n).
    ///
    /// # Errors
    /// As [`singular_values`](Self::singular_values).
    pub fn svd(&self) -> Result<Svd, Error> {
        let raw = self.raw.svd()?;
        let [u, values, v] = [raw.u, raw.values, raw.v].map(Self::from_raw);
        Ok(Svd { u, values, v })
    }

    /// Eigenvalues and vectors of a symmetric matrix `[n, n]`, of which only the lower triangle is
    /// read; n ≤ 4,096. The first non-zero entry of each vector is positive. Work: 96·n³.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`], [`Error::InvalidArgument`] (NaN or infinite
    /// values).
    pub fn symmetric_eigen(&self) -> Result<Eigen, Error> {
        let raw = self.raw.symmetric_eigen()?;
        let [values, vectors] = [raw.values, raw.vectors].map(Self::from_raw);
        Ok(Eigen { values, vectors })
    }

    /// Solves `self × x = right` for a symmetric positive definite matrix `[n, n]`, of which only the
    /// lower triangle is read; `right` and the result are `[n, k]`; n ≤ 4,096. Work:
    /// n³/3 + 2·n²·k.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`], [`Error::InvalidArgument`] (not positive
    /// definite, or values that are not finite).
    pub fn solve(&self, right: &Tensor) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.solve(right.raw())?))
    }
}
