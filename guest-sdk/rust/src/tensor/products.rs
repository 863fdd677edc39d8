//! Products and distances of rows.

use super::Tensor;
use crate::Error;
use crate::error::settle;

impl Tensor {
    /// Matrix product `[m, k] × [k, n] -> [m, n]`. Work: m·k·n.
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        settle("matmul", self.try_matmul(other))
    }

    /// As [`matmul`](Self::matmul).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_matmul(&self, other: &Tensor) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.matmul(other.raw())?))
    }

    /// Products of all pairs of rows, `[m, k] -> [m, m]`: this matrix times its transpose. Work:
    /// m·m·k.
    #[track_caller]
    pub fn gram(&self) -> Tensor {
        settle("gram", self.try_gram())
    }

    /// As [`gram`](Self::gram).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_gram(&self) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.gram()?))
    }

    /// Squared Euclidean distances between the rows of two matrices, `[m, k], [n, k] -> [m, n]`: sums
    /// of squared differences, so 0 for equal rows. Work: 2·m·n·k.
    ///
    /// ```no_run
    /// # fn nearest(features: &assay_sdk::Tensor, means: &assay_sdk::Tensor) -> Vec<u32> {
    /// features.squared_distances(means).arg_min()
    /// # }
    /// ```
    #[track_caller]
    pub fn squared_distances(&self, other: &Tensor) -> Tensor {
        settle("squared_distances", self.try_squared_distances(other))
    }

    /// As [`squared_distances`](Self::squared_distances).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_squared_distances(&self, other: &Tensor) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.squared_distances(other.raw())?))
    }

    /// Cosines of the angles between the rows of two matrices, `[m, k], [n, k] -> [m, n]`; 0 where a
    /// row is zero. Work: m·n·k + 2·k·(m + n).
    #[track_caller]
    pub fn cosine_similarity(&self, other: &Tensor) -> Tensor {
        settle("cosine_similarity", self.try_cosine_similarity(other))
    }

    /// As [`cosine_similarity`](Self::cosine_similarity).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_cosine_similarity(&self, other: &Tensor) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.cosine_similarity(other.raw())?))
    }
}
