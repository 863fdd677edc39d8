//! Splitting a key (Shamir's scheme over GF(256), by `vsss-rs`), and putting it together.

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use vsss_rs::Gf256;
use zeroize::Zeroizing;

use crate::SealError;

/// Splits a secret: so many values, any `threshold` of which give it back. Value `i` belongs to the
/// point `i + 1`.
pub(crate) fn split(
    secret: &[u8],
    threshold: usize,
    count: usize,
) -> Result<Vec<Zeroizing<Vec<u8>>>, SealError> {
    let failed = |reason: String| SealError::Failed { what: "the key cannot be split", reason };
    // The library's random numbers cannot fail; the system's can, but then nothing else worked either.
    let points = Gf256::split_bytes(threshold, count, secret, UnwrapErr(SysRng))
        .map_err(|error| failed(error.to_string()))?;
    let points: Vec<Zeroizing<Vec<u8>>> = points.into_iter().map(Zeroizing::new).collect();
    let numbered = |(at, point): (usize, &Zeroizing<Vec<u8>>)| {
        point.split_first().filter(|(x, _)| usize::from(**x) == at + 1).map(|(_, y)| y.to_vec())
    };
    let values: Option<Vec<Vec<u8>>> = points.iter().enumerate().map(numbered).collect();
    let values = values.ok_or_else(|| failed("its points are not numbered from 1".to_owned()))?;
    Ok(values.into_iter().map(Zeroizing::new).collect())
}

/// The secret whose values at these points are these.
pub(crate) fn combine(points: &[(usize, &[u8])]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let failed = |reason: String| SealError::Failed { what: "the shares do not combine", reason };
    let mut numbered = Vec::with_capacity(points.len());
    for (x, value) in points {
        let x = u8::try_from(*x).map_err(|_| failed(format!("there is no point {x}")))?;
        let mut point = Vec::with_capacity(value.len() + 1);
        point.push(x);
        point.extend_from_slice(value);
        numbered.push(point);
    }
    let secret = Gf256::combine_bytes(&numbered).map_err(|error| failed(error.to_string()));
    drop(numbered.into_iter().map(Zeroizing::new).collect::<Vec<_>>());
    secret.map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_threshold_of_the_values_give_the_secret_back() {
        let secret = b"AGE-SECRET-KEY-1".as_slice();
        for (threshold, count) in [(2, 2), (2, 3), (3, 5), (5, 5)] {
            let values = split(secret, threshold, count).unwrap();
            assert_eq!(values.len(), count);
            for subset in 0_u32..1 << count {
                let points: Vec<(usize, &[u8])> = (0..count)
                    .filter(|at| subset & (1 << at) != 0)
                    .map(|at| (at + 1, values[at].as_slice()))
                    .collect();
                if points.len() >= threshold {
                    assert_eq!(*combine(&points).unwrap(), secret, "{threshold} {subset:b}");
                } else if points.len() >= 2 {
                    assert_ne!(*combine(&points).unwrap(), secret, "{threshold} {subset:b}");
                }
            }
        }
    }

    /// Fewer values than the threshold say nothing: over many splits of one secret, each byte of one
    /// value is uniform. Chi-square of 255 degrees of freedom: 0.0001 and 0.9999 quantiles are 177 and
    /// 347.
    #[test]
    fn one_value_alone_is_random() {
        for at in [0, 2] {
            let mut counts = [0_u32; 256];
            for _ in 0..4096 {
                for byte in split(&[0x41; 4], 2, 3).unwrap()[at].iter() {
                    counts[usize::from(*byte)] += 1;
                }
            }
            let expected = 64.0;
            let chi: f64 =
                counts.iter().map(|n| (f64::from(*n) - expected).powi(2) / expected).sum();
            assert!((177.0..347.0).contains(&chi), "{chi}");
        }
    }

    /// Computed in another language: polynomials over the field of AES (x^8 + x^4 + x^3 + x + 1). Old
    /// shares must open whatever library reads them.
    #[test]
    fn the_field_is_that_of_aes() {
        let values: [(usize, [u8; 5]); 4] = [
            (1, [172, 122, 66, 204, 212]),
            (2, [102, 171, 14, 192, 128]),
            (5, [140, 212, 196, 56, 235]),
            (255, [56, 158, 157, 251, 2]),
        ];
        for left_out in 0..4 {
            let points: Vec<(usize, &[u8])> = (0..4)
                .filter(|at| *at != left_out)
                .map(|at| (values[at].0, values[at].1.as_slice()))
                .collect();
            assert_eq!(*combine(&points).unwrap(), b"assay", "without {left_out}");
        }
    }
}
