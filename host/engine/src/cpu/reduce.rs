//! Reductions over axes, in 64-bit floats with a fixed order.
//!
//! A row's sum runs in eight lanes (value `i` goes to lane `i mod 8`, in order); the lanes are added
//! as `((0+4)+(2+6)) + ((1+5)+(3+7))`. The result is rounded to 32 bits once.

use assay_call::ReduceOp;

use super::arrange::permute;
use crate::Tensor;

const LANES: usize = 8;

/// Reduces `axes` (all of them if none is given); they vanish from the shape.
pub(crate) fn reduce(op: ReduceOp, tensor: &Tensor, axes: &[u32], shape: Vec<usize>) -> Tensor {
    let rank = tensor.shape().len();
    let reduced = |axis: &usize| axes.is_empty() || axes.contains(&(*axis as u32));
    let kept: Vec<usize> = (0..rank).filter(|axis| !reduced(axis)).collect();
    let gone: Vec<usize> = (0..rank).filter(reduced).collect();
    let length: usize = gone.iter().map(|axis| tensor.shape()[*axis]).product();
    let rows: usize = shape.iter().product();
    let order: Vec<usize> = kept.into_iter().chain(gone).collect();
    // With the reduced axes last, every result is made from one run of consecutive values.
    let moved = if order.is_sorted() { tensor.clone() } else { permute(tensor, &order) };
    let values: Vec<f32> =
        (0..rows).map(|row| row_value(op, &moved.values()[row * length..][..length])).collect();
    Tensor::new(shape, values)
}

fn row_value(op: ReduceOp, row: &[f32]) -> f32 {
    let count = row.len() as f64;
    match op {
        ReduceOp::Sum => sum(row, |x| x) as f32,
        ReduceOp::Mean => (sum(row, |x| x) / count) as f32,
        ReduceOp::Maximum => extreme(row, |best, x| x > best),
        ReduceOp::Minimum => extreme(row, |best, x| x < best),
        ReduceOp::Variance => {
            let mean = sum(row, |x| x) / count;
            (sum(row, |x| (x - mean) * (x - mean)) / count) as f32
        }
        ReduceOp::L1Norm => sum(row, f64::abs) as f32,
        ReduceOp::L2Norm => sum(row, |x| x * x).sqrt() as f32,
    }
}

/// Sum of a function of every value, in the documented order.
pub(crate) fn sum(row: &[f32], function: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0_f64; LANES];
    let mut chunks = row.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += function(f64::from(*value));
        }
    }
    for (lane, value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += function(f64::from(*value));
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn extreme(row: &[f32], wins: impl Fn(f32, f32) -> bool) -> f32 {
    let mut best = row.first().copied().unwrap_or(f32::NAN);
    for value in row {
        if value.is_nan() {
            return f32::NAN;
        }
        if wins(best, *value) {
            best = *value;
        }
    }
    best
}

/// Position of the largest value of a row; the first of equals, NaN below everything.
pub(crate) fn arg_max(row: &[f32]) -> u32 {
    let mut best = 0;
    for (at, value) in row.iter().enumerate() {
        let current: f32 = row[best];
        if *value > current || (current.is_nan() && !value.is_nan()) {
            best = at;
        }
    }
    best as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> Tensor {
        Tensor::new(vec![2, 3], vec![1.0, -2.0, 3.0, 4.0, 5.0, -6.0])
    }

    #[test]
    fn reductions_over_either_axis() {
        let rows = |op| reduce(op, &matrix(), &[1], vec![2]).values().to_vec();
        let columns = |op| reduce(op, &matrix(), &[0], vec![3]).values().to_vec();
        assert_eq!(rows(ReduceOp::Sum), [2.0, 3.0]);
        assert_eq!(columns(ReduceOp::Mean), [2.5, 1.5, -1.5]);
        assert_eq!(rows(ReduceOp::Maximum), [3.0, 5.0]);
        assert_eq!(columns(ReduceOp::Minimum), [1.0, -2.0, -6.0]);
        assert_eq!(rows(ReduceOp::L1Norm), [6.0, 15.0]);
        assert_eq!(columns(ReduceOp::Variance), [2.25, 12.25, 20.25]);
        let all = reduce(ReduceOp::L2Norm, &matrix(), &[], vec![]);
        assert_eq!(all.values(), [91.0_f32.sqrt()]);
    }

    #[test]
    fn the_order_of_a_sum_is_the_documented_one() {
        let row: Vec<f32> = (0..19).map(|i| 1.0 / (i as f32 + 3.0)).collect();
        let lane =
            |lane: usize| row.iter().skip(lane).step_by(8).map(|x| f64::from(*x)).sum::<f64>();
        let expected = ((lane(0) + lane(4)) + (lane(2) + lane(6)))
            + ((lane(1) + lane(5)) + (lane(3) + lane(7)));
        assert_eq!(sum(&row, |x| x).to_bits(), expected.to_bits());
    }

    #[test]
    fn arg_max_takes_the_first_and_skips_nan() {
        assert_eq!(arg_max(&[1.0, 3.0, 3.0]), 1);
        assert_eq!(arg_max(&[f32::NAN, -1.0, f32::NAN]), 1);
        assert_eq!(arg_max(&[f32::NAN, f32::NAN]), 0);
    }
}
