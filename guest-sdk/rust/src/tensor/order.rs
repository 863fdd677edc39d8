//! Orders of rows: sorting, ranking, quantiles, running sums, and single values by position. A row is
//! what lies along the last axis.

use super::{Direction, Tensor};
use crate::Error;
use crate::error::settle;

/// The largest values of each row.
#[derive(Debug)]
pub struct Ranking {
    /// `[.., k]`, largest first.
    pub values: Tensor,
    /// Their positions along the last axis, row by row: `k` for each.
    pub indices: Vec<u32>,
}

impl Tensor {
    /// Sorts each row, same shape. -0 stands before +0, NaN after everything; in descending order
    /// everything is the other way round. Work: elements × (8 + ⌈log₂ length⌉).
    #[track_caller]
    pub fn sort(&self, direction: Direction) -> Tensor {
        settle("sort", self.try_sort(direction))
    }

    /// As [`sort`](Self::sort).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar).
    pub fn try_sort(&self, direction: Direction) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.sort(direction)?))
    }

    /// Positions that would sort each row, row by row; equals keep their order. At most 262,144
    /// elements. Work: as [`sort`](Self::sort).
    #[track_caller]
    pub fn arg_sort(&self, direction: Direction) -> Vec<u32> {
        settle("arg_sort", self.try_arg_sort(direction))
    }

    /// As [`arg_sort`](Self::arg_sort).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar), [`Error::TooLarge`].
    pub fn try_arg_sort(&self, direction: Direction) -> Result<Vec<u32>, Error> {
        Ok(self.raw.arg_sort(direction)?)
    }

    /// The `k` largest values of each row and their positions, largest first; of equals the first
    /// counts as larger, and NaN as smaller than anything. At most 262,144 positions. Work: as
    /// [`sort`](Self::sort).
    ///
    /// ```no_run
    /// # fn margins(logits: &assay_sdk::Tensor) -> assay_sdk::Tensor {
    /// let best = logits.top_k(2).values;
    /// best.slice(1, 0..1) - best.slice(1, 1..2)
    /// # }
    /// ```
    #[track_caller]
    pub fn top_k(&self, k: u32) -> Ranking {
        settle("top_k", self.try_top_k(k))
    }

    /// As [`top_k`](Self::top_k).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar), [`Error::OutOfRange`] (rows shorter than `k`),
    /// [`Error::TooLarge`].
    pub fn try_top_k(&self, k: u32) -> Result<Ranking, Error> {
        let raw = self.raw.top_k(k)?;
        Ok(Ranking { values: Self::from_raw(raw.values), indices: raw.indices })
    }

    /// The quantile `q` (0 to 1) of each row: `[.., n] -> [..]`. Between two values it interpolates
    /// linearly: position `q · (n - 1)`, as NumPy's default. NaN if the row holds a NaN. Work:
    /// elements × (8 + ⌈log₂ n⌉).
    #[track_caller]
    pub fn quantile(&self, q: f32) -> Tensor {
        settle("quantile", self.try_quantile(q))
    }

    /// As [`quantile`](Self::quantile).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] (`q` outside 0 to 1), [`Error::ShapeMismatch`] (a scalar, or rows
    /// of length 0).
    pub fn try_quantile(&self, q: f32) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.quantile(q)?))
    }

    /// Sums along each row up to and with each position, same shape; in that order, in 64-bit floats.
    /// Work: elements.
    #[track_caller]
    pub fn cumulative_sum(&self) -> Tensor {
        settle("cumulative_sum", self.try_cumulative_sum())
    }

    /// As [`cumulative_sum`](Self::cumulative_sum).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar).
    pub fn try_cumulative_sum(&self) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.cumulative_sum()?))
    }

    /// One value of each row, by position: `[.., n] -> [..]`, with one index for each row, at most
    /// 262,144. Work: rows.
    ///
    /// ```no_run
    /// # fn loss(logits: &assay_sdk::Tensor, labels: &[u32]) -> f32 {
    /// -logits.log_softmax().pick(labels).mean()
    /// # }
    /// ```
    #[track_caller]
    pub fn pick(&self, indices: &[u32]) -> Tensor {
        settle("pick", self.try_pick(indices))
    }

    /// As [`pick`](Self::pick).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] (a scalar, or another number of indices), [`Error::OutOfRange`],
    /// [`Error::TooLarge`].
    pub fn try_pick(&self, indices: &[u32]) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.pick(indices)?))
    }
}
