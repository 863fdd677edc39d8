//! The spectral norm of one layer's linear part: its largest singular value.

use assay_sdk::{Error, Layer, Network, Tensor, random};

/// Most steps of power iteration.
const STEPS: u32 = 300;
/// The iteration ends when a step changes the norm by less than this share. The norm only grows, and
/// it is off by the square of what the vector is off by.
const SETTLED: f64 = 1e-6;

/// A convolution as an operator on whole pictures, by power iteration on the operator and its
/// transpose.
pub(crate) fn operator(
    network: &Network<'_>,
    at: u32,
    layer: &Layer,
    seed: u64,
) -> Result<f64, Error> {
    let shape = batch_of_one(&layer.input_shape);
    let mut vector = random::normal(seed, u64::from(at), &shape);
    let mut norm = 0.0;
    for _ in 0..STEPS {
        let length = vector.l2_norm();
        if length == 0.0 {
            return Ok(0.0);
        }
        let image = network.apply_linear(at, &(vector / length))?;
        let before = norm;
        norm = f64::from(image.l2_norm());
        if settled(before, norm) {
            break;
        }
        vector = network.apply_transpose(at, &image)?;
    }
    Ok(norm)
}

fn settled(before: f64, now: f64) -> bool {
    (now - before).abs() <= SETTLED * now
}

/// A batch norm: the largest absolute scale of a channel.
pub(crate) fn diagonal(network: &Network<'_>, at: u32, layer: &Layer) -> Result<f64, Error> {
    let ones = Tensor::full(&batch_of_one(&layer.input_shape), 1.0);
    Ok(f64::from(network.apply_linear(at, &ones)?.abs().max()))
}

/// A matrix, by the largest eigenvalue of its product with its transpose, on the shorter side.
pub(crate) fn matrix(matrix: &Tensor) -> Result<f64, Error> {
    let tall = matches!(matrix.shape().as_slice(), [rows, columns] if rows > columns);
    let products = if tall { matrix.permute(&[1, 0]).gram() } else { matrix.gram() };
    let largest = products.symmetric_eigen()?.values.max();
    // Rounding may leave a tiny negative number where there is nothing but zeros.
    Ok(f64::from(largest).max(0.0).sqrt())
}

fn batch_of_one(shape: &[u32]) -> Vec<u32> {
    [&[1], shape].concat()
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn a_norm_settles_when_it_moves_by_a_millionth() {
        assert!(settled(5.0, 5.000_004));
        assert!(!settled(5.0, 5.000_006));
        assert!(!settled(0.0, 1e-20));
        assert!(settled(0.0, 0.0));
    }
}
