//! Sums over rows in 64-bit floats: gradients of biases, offsets and scales.
//!
//! Rows are added one by one in order to what the sums hold, so a batch may come in parts.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use crate::cpu::level::for_each_level;

/// Channels that one call takes at most: their sums stay in registers, and a row's part fills whole
/// lines of the cache.
pub(crate) const CHANNELS: usize = 32;

for_each_level! {
    /// `into[c] += sum over rows of rows[r, first + c]`, for rows of `width` values; at most
    /// [`CHANNELS`] sums.
    pub(crate) fn columns(rows: &[f32], width: usize, first: usize, into: &mut [f64]) {
        if let Some(sums) = into.first_chunk_mut::<CHANNELS>() {
            let mut own = *sums;
            for row in rows.chunks_exact(width) {
                let Some(values) = row[first..].first_chunk::<CHANNELS>() else { return };
                for (sum, value) in own.iter_mut().zip(values) {
                    *sum += f64::from(*value);
                }
            }
            *sums = own;
        } else {
            for row in rows.chunks_exact(width) {
                for (sum, value) in into.iter_mut().zip(&row[first..]) {
                    *sum += f64::from(*value);
                }
            }
        }
    }
}

for_each_level! {
    /// `into[c] += sum over rows of left[r, first + c] * (right[r, first + c] - centre[first + c])`,
    /// for rows of `centre.len()` values.
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
        let wide: Vec<f32> = (0..120).map(|at| at as f32).collect();
        let mut sums = [1.0; CHANNELS];
        columns(&wide, 40, 8, &mut sums);
        for (at, sum) in sums.iter().enumerate() {
            assert_eq!(*sum, 1.0 + (3 * (at + 8) + 120) as f64);
        }
        let mut sums = [0.0];
        centred_products(&rows, &[1.0; 6], &[0.0, 0.0, 3.0], 2, &mut sums);
        assert_eq!(sums, [3.0 * -2.0 + 6.0 * -2.0]);
    }
}
