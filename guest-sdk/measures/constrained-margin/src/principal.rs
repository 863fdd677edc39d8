//! The directions in which data varies most: principal components by subspace iteration, as many as
//! stand before the knee of their variances.

use assay_sdk::{Error, Tensor, random};

/// Most components that are looked at.
const COMPONENTS: u32 = 32;
/// Rounds of the iteration: the ratio of neighbouring variances, to the power of twice this, is what is
/// left of a wrong direction.
const ROUNDS: u32 = 6;

/// Principal components.
pub(crate) struct Principal {
    /// `[features, count]`; columns are orthonormal.
    pub(crate) directions: Tensor,
    /// Root of the sum of the variances along them: how far data typically is from its mean.
    pub(crate) reach: f32,
}

impl Principal {
    /// Of the rows of data `[n, features]`. Work: about 14 × n × 32 × features.
    pub(crate) fn of(data: &Tensor, seed: u64, stream: u64) -> Result<Self, Error> {
        let shape = data.shape();
        let &[rows, features] = shape.as_slice() else {
            return Err(format!("{shape:?} is no matrix of examples").into());
        };
        let count = COMPONENTS.min(features).min(rows);
        let centred = data - data.mean_axes(&[0]);
        let back = centred.transpose();
        let mut basis = random::normal(seed, stream, &[features, count]).svd()?.u;
        for _ in 0..ROUNDS {
            basis = back.matmul(&centred.matmul(&basis)).svd()?.u;
        }
        // Turned so that the data's coordinates along the columns are not correlated, the largest first.
        let turned = centred.matmul(&basis).svd()?;
        let variances: Vec<f64> = turned
            .values
            .to_vec()
            .into_iter()
            .map(|value| f64::from(value).powi(2) / f64::from(rows))
            .collect();
        let kept = knee(&variances);
        let directions = basis.matmul(&turned.v.slice(1, 0..kept as u32));
        Ok(Self { directions, reach: variances[..kept].iter().sum::<f64>().sqrt() as f32 })
    }
}

/// How many values stand before the knee of a falling curve, the knee included: where, with both axes
/// brought to 0 to 1, it lies deepest under the straight line between its ends ("Kneedle", Satopaa et
/// al. 2011).
fn knee(values: &[f64]) -> usize {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return 0 };
    let steps = (values.len() - 1).max(1) as f64;
    let mut deepest = (0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let height = if first > last { (value - last) / (first - last) } else { 1.0 };
        let depth = 1.0 - at as f64 / steps - height;
        // A straight line is not bent by what rounding leaves.
        if depth > deepest.1 + 1e-12 {
            deepest = (at, depth);
        }
    }
    deepest.0 + 1
}

#[cfg(test)]
mod tests {
    use super::knee;

    #[test]
    fn the_knee_is_where_the_curve_bends() {
        assert_eq!(knee(&[100.0, 50.0, 10.0, 9.0, 8.0, 7.0, 6.0]), 3);
        assert_eq!(knee(&[8.0, 1.0, 0.0]), 2);
    }

    #[test]
    fn a_straight_or_flat_curve_has_none() {
        assert_eq!(knee(&[3.0, 2.0, 1.0, 0.0]), 1);
        assert_eq!(knee(&[2.0, 2.0, 2.0]), 1);
        assert_eq!(knee(&[5.0]), 1);
        assert_eq!(knee(&[]), 0);
    }
}
