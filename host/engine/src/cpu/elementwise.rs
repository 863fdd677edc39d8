//! Functions of single values and of pairs.

use assay_call::{BinaryOp, UnaryOp};

use super::activation;
use super::arrange::{offsets, strides};
use crate::Tensor;

/// A function of every value.
pub(crate) fn unary(op: UnaryOp, tensor: &Tensor) -> Tensor {
    let function: fn(f32) -> f32 = match op {
        UnaryOp::Negate => |x| -x,
        UnaryOp::Absolute => f32::abs,
        UnaryOp::Square => |x| x * x,
        UnaryOp::SquareRoot => f32::sqrt,
        UnaryOp::Reciprocal => |x| 1.0 / x,
        UnaryOp::Exp => libm::expf,
        UnaryOp::Log => libm::logf,
        UnaryOp::Tanh => libm::tanhf,
        UnaryOp::Sigmoid => activation::sigmoid,
        UnaryOp::Relu => activation::relu,
        UnaryOp::Sign => sign,
    };
    let values: Vec<f32> = tensor.values().iter().map(|x| function(*x)).collect();
    Tensor::new(tensor.shape().to_vec(), values)
}

fn sign(x: f32) -> f32 {
    match x.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Less) => -1.0,
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.0,
        None => f32::NAN,
    }
}

fn pair(op: BinaryOp) -> fn(f32, f32) -> f32 {
    match op {
        BinaryOp::Add => |a, b| a + b,
        BinaryOp::Subtract => |a, b| a - b,
        BinaryOp::Multiply => |a, b| a * b,
        BinaryOp::Divide => |a, b| a / b,
        BinaryOp::Minimum => |a, b| if a < b || a.is_nan() { a } else { b },
        BinaryOp::Maximum => |a, b| if a > b || a.is_nan() { a } else { b },
        BinaryOp::Equal => |a, b| f32::from(u8::from(a == b)),
        BinaryOp::Less => |a, b| f32::from(u8::from(a < b)),
        BinaryOp::Greater => |a, b| f32::from(u8::from(a > b)),
    }
}

/// A function of every value and one number.
pub(crate) fn binary_scalar(op: BinaryOp, left: &Tensor, right: f32) -> Tensor {
    let function = pair(op);
    let values: Vec<f32> = left.values().iter().map(|a| function(*a, right)).collect();
    Tensor::new(left.shape().to_vec(), values)
}

/// A function of every pair of values, broadcasting to `shape`.
pub(crate) fn binary(op: BinaryOp, left: &Tensor, right: &Tensor, shape: &[usize]) -> Tensor {
    let function = pair(op);
    let values: Vec<f32> = if left.shape() == right.shape() {
        left.values().iter().zip(right.values()).map(|(a, b)| function(*a, *b)).collect()
    } else {
        let lefts = offsets(shape, &spread(left.shape(), shape));
        let rights = offsets(shape, &spread(right.shape(), shape));
        lefts.zip(rights).map(|(a, b)| function(left.values()[a], right.values()[b])).collect()
    };
    Tensor::new(shape.to_vec(), values)
}

/// Strides under which a tensor of shape `from` fills `to`: repeated axes do not move.
fn spread(from: &[usize], to: &[usize]) -> Vec<usize> {
    let own = strides(from);
    let missing = to.len() - from.len();
    let axis = |axis: usize| match axis.checked_sub(missing) {
        Some(at) if from[at] != 1 => own[at],
        _ => 0,
    };
    (0..to.len()).map(axis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_broadcast() {
        let column = Tensor::new(vec![2, 1], vec![10.0, 20.0]);
        let row = Tensor::new(vec![3], vec![1.0, 2.0, 3.0]);
        let sum = binary(BinaryOp::Add, &column, &row, &[2, 3]);
        assert_eq!(sum.values(), [11.0, 12.0, 13.0, 21.0, 22.0, 23.0]);
    }

    #[test]
    fn nan_follows_the_documentation() {
        let nan = Tensor::new(vec![1], vec![f32::NAN]);
        for op in [BinaryOp::Minimum, BinaryOp::Maximum] {
            assert!(binary_scalar(op, &nan, 1.0).values()[0].is_nan());
            let one = Tensor::new(vec![1], vec![1.0]);
            assert!(binary_scalar(op, &one, f32::NAN).values()[0].is_nan());
        }
        for op in [BinaryOp::Equal, BinaryOp::Less, BinaryOp::Greater] {
            assert_eq!(binary_scalar(op, &nan, f32::NAN).values(), [0.0]);
        }
        assert!(unary(UnaryOp::Sign, &nan).values()[0].is_nan());
        assert!(unary(UnaryOp::Relu, &nan).values()[0].is_nan());
    }
}
