//! Whether two sides computed the same thing. A fast wrong answer is worth nothing, so this comes
//! before any timing.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// Reads little-endian floats.
pub(crate) fn read(file: &Path) -> Result<Vec<f32>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (floats, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        bail!("{} does not hold whole floats", file.display());
    }
    Ok(floats.iter().copied().map(f32::from_le_bytes).collect())
}

/// Length of the difference of two results, relative to the length of the first.
///
/// Derivatives jump where a ReLU or a maximum is at its threshold, and two ways of rounding fall on
/// different sides there; a norm over everything forgives the few values that this moves, and nothing
/// else.
pub(crate) fn difference(theirs: &[f32], ours: &[f32]) -> Result<f64> {
    if theirs.len() != ours.len() {
        bail!("one side has {} values, the other {}", theirs.len(), ours.len());
    }
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let mut apart = theirs.iter().zip(ours).map(|(a, b)| f64::from(*a) - f64::from(*b));
    let difference = square(&mut apart) / square(&mut theirs.iter().map(|a| f64::from(*a)));
    if difference.is_nan() {
        bail!("the results hold NaN or nothing but zeros");
    }
    Ok(difference)
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn differences_are_relative() {
        assert_eq!(difference(&[3.0, 4.0], &[3.0, 4.0]).unwrap(), 0.0);
        assert_eq!(difference(&[3.0, 4.0], &[3.0, 4.5]).unwrap(), 0.1);
    }

    #[test]
    fn what_cannot_be_compared_is_an_error() {
        assert!(difference(&[1.0], &[1.0, 2.0]).is_err());
        assert!(difference(&[1.0], &[f32::NAN]).is_err());
        assert!(difference(&[0.0], &[0.0]).is_err());
    }
}
