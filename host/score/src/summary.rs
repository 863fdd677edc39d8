//! Mean, deviation and quantiles of a list of draws.

/// Mean and population standard deviation; NaN for an empty list.
pub(crate) fn mean_and_deviation(draws: &[f64]) -> (f64, f64) {
    let count = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / count;
    let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, variance.sqrt())
}

/// Quantiles by linear interpolation between order statistics (NumPy's default). NaN where the
/// list is empty or holds NaN: a quantile of what is undefined is undefined.
pub(crate) fn quantiles<const N: usize>(mut draws: Vec<f64>, shares: [f64; N]) -> [f64; N] {
    if draws.is_empty() || draws.iter().any(|draw| draw.is_nan()) {
        return [f64::NAN; N];
    }
    draws.sort_by(f64::total_cmp);
    shares.map(|share| {
        let position = share.clamp(0.0, 1.0) * (draws.len() - 1) as f64;
        let (low, high) = (draws[position.floor() as usize], draws[position.ceil() as usize]);
        // Equal neighbours need no interpolation, which would turn infinities into NaN.
        if low == high { low } else { low + (high - low) * position.fract() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantiles(vec![3.0, 1.0, 2.0], [0.0, 0.25, 1.0]), [1.0, 1.5, 3.0]);
        assert!(quantiles(vec![1.0, f64::NAN], [0.5])[0].is_nan());
        assert!(quantiles(vec![], [0.5])[0].is_nan());
        assert_eq!(quantiles(vec![f64::INFINITY; 4], [0.3]), [f64::INFINITY]);
    }

    #[test]
    fn mean_and_deviation_of_a_population() {
        assert_eq!(mean_and_deviation(&[1.0, 3.0]), (2.0, 1.0));
    }
}
