//! Sums over rows in 64-bit floats: gradients of biases, offsets and scales.
//!
//! Rows are added one by one in order to what the sums hold, so a batch may come in parts.

/// `into[c] += sum over rows of rows[r, first + c]`, for rows of `width` values.
pub(crate) fn columns(rows: &[f32], width: usize, first: usize, into: &mut [f64]) {
    for row in rows.chunks_exact(width) {
        for (sum, value) in into.iter_mut().zip(&row[first..]) {
            *sum += f64::from(*value);
        }
    }
}

/// `into[c] += sum over rows of left[r, first + c] * (right[r, first + c] - centre[first + c])`, for
/// rows of `centre.len()` values.
pub(crate) fn centred_products(
    left: &[f32],
    right: &[f32],
    centre: &[f32],
    first: usize,
    into: &mut [f64],
) {
    let width = centre.len();
    for (left, right) in left.chunks_exact(width).zip(right.chunks_exact(width)) {
        let factors = left[first..].iter().zip(&right[first..]).zip(&centre[first..]);
        for (sum, ((left, right), centre)) in into.iter_mut().zip(factors) {
            *sum += f64::from(*left) * (f64::from(*right) - f64::from(*centre));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_summed_from_the_first_one_asked_for() {
        let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut sums = [0.5, 0.0];
        columns(&rows, 3, 1, &mut sums);
        assert_eq!(sums, [7.5, 9.0]);
        let mut sums = [0.0];
        centred_products(&rows, &[1.0; 6], &[0.0, 0.0, 3.0], 2, &mut sums);
        assert_eq!(sums, [3.0 * -2.0 + 6.0 * -2.0]);
    }
}
