//! Functions of single values and of pairs.

use assay_sdk::{BinaryOp, Error, Tensor};

use crate::check::{Checks, kind};

/// Room for the host's transcendental functions: a few units in the last place around 1.
const CLOSE: f32 = 1e-6;

pub(crate) fn unary(checks: &mut Checks) -> Result<(), Error> {
    let nan = f32::NAN;
    let x = Tensor::from_values(&[4], &[-4.0, 0.0, 0.25, nan]);
    let n = &[4];
    checks.tensor("negate", &-&x, n, &[4.0, 0.0, -0.25, nan])?;
    checks.tensor("absolute", &x.abs(), n, &[4.0, 0.0, 0.25, nan])?;
    checks.tensor("square", &x.square(), n, &[16.0, 0.0, 0.0625, nan])?;
    checks.tensor("square-root", &x.sqrt(), n, &[nan, 0.0, 0.5, nan])?;
    checks.tensor("reciprocal", &x.reciprocal(), n, &[-0.25, f32::INFINITY, 4.0, nan])?;
    checks.tensor("sign", &x.sign(), n, &[-1.0, 0.0, 1.0, nan])?;
    let logs = [nan, f32::NEG_INFINITY, -1.386_294_4, nan];
    checks.tensor_within("log", &x.ln(), n, &logs, CLOSE)?;
    let y = Tensor::from_values(&[3], &[-2.0, 0.0, 1.0]);
    let n = &[3];
    checks.tensor("relu", &y.relu(), n, &[0.0, 0.0, 1.0])?;
    checks.tensor_within("exp", &y.exp(), n, &[0.135_335_28, 1.0, 2.718_281_7], CLOSE)?;
    checks.tensor_within("tanh", &y.tanh(), n, &[-0.964_027_6, 0.0, 0.761_594_2], CLOSE)?;
    checks.tensor_within("sigmoid", &y.sigmoid(), n, &[0.119_202_92, 0.5, 0.731_058_6], CLOSE)
}

pub(crate) fn binary(checks: &mut Checks) -> Result<(), Error> {
    let a = Tensor::from_values(&[2, 2], &[1.0, 2.0, 3.0, f32::NAN]);
    let row = Tensor::from_values(&[2], &[2.0, 4.0]);
    let column = Tensor::from_values(&[2, 1], &[1.0, 3.0]);
    let (nan, square) = (f32::NAN, &[2, 2]);
    checks.tensor("add, a row repeats", &(&a + &row), square, &[3.0, 6.0, 5.0, nan])?;
    checks.tensor("subtract, a column repeats", &(&a - &column), square, &[0.0, 1.0, 0.0, nan])?;
    checks.tensor("multiply", &(&a * &row), square, &[2.0, 8.0, 6.0, nan])?;
    checks.tensor("divide", &(&a / &row), square, &[0.5, 0.5, 1.5, nan])?;
    checks.tensor("outer product", &(&column * &row), square, &[2.0, 4.0, 6.0, 12.0])?;
    checks.tensor("minimum", &a.minimum(&row), square, &[1.0, 2.0, 2.0, nan])?;
    checks.tensor("maximum", &a.maximum(&row), square, &[2.0, 4.0, 3.0, nan])?;
    checks.tensor("equal", &a.equal(&a), square, &[1.0, 1.0, 1.0, 0.0])?;
    checks.tensor("less", &a.less(&row), square, &[1.0, 1.0, 0.0, 0.0])?;
    checks.tensor("greater", &a.greater(&row), square, &[0.0, 0.0, 1.0, 0.0])?;
    checks.tensor("add a number", &(&row + 1.0), &[2], &[3.0, 5.0])?;
    checks.tensor("subtract a number", &(&row - 1.0), &[2], &[1.0, 3.0])?;
    checks.tensor("multiply by a number", &(&row * 2.0), &[2], &[4.0, 8.0])?;
    checks.tensor("divide by a number", &(&row / 2.0), &[2], &[1.0, 2.0])?;
    checks.tensor("a number minus", &(1.0 - &row), &[2], &[-1.0, -3.0])?;
    checks.tensor("a number divided by", &(1.0 / &row), &[2], &[0.5, 0.25])?;
    checks.tensor("minimum with a number", &row.minimum(3.0), &[2], &[2.0, 3.0])?;
    checks.tensor("maximum with a number", &row.maximum(3.0), &[2], &[3.0, 4.0])?;
    checks.tensor("equal to a number", &row.equal(4.0), &[2], &[0.0, 1.0])?;
    checks.tensor("less than a number", &row.less(4.0), &[2], &[1.0, 0.0])?;
    checks.tensor("greater than a number", &row.greater(2.0), &[2], &[0.0, 1.0])?;
    let three = Tensor::from_values(&[3], &[0.0; 3]);
    checks.refused("3 values added to 2", row.try_binary(BinaryOp::Add, &three), kind::SHAPE)
}
