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
    checks.tensor_within("sigmoid", &y.sigmoid(), n, &[0.119_202_92, 0.5, 0.731_058_6], CLOSE)?;
    checks.tensor_within("sine", &y.sin(), n, &[-0.909_297_4, 0.0, 0.841_471], CLOSE)?;
    checks.tensor_within("cosine", &y.cos(), n, &[-0.416_146_84, 1.0, 0.540_302_3], CLOSE)?;
    checks.tensor_within("erf", &y.erf(), n, &[-0.995_322_3, 0.0, 0.842_700_8], CLOSE)?;
    rounding(checks)
}

fn rounding(checks: &mut Checks) -> Result<(), Error> {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    let x = Tensor::from_values(&[6], &[-1.5, -0.25, 0.5, 2.5, nan, infinity]);
    let n = &[6];
    checks.tensor("floor", &x.floor(), n, &[-2.0, -1.0, 0.0, 2.0, nan, infinity])?;
    checks.tensor("ceil", &x.ceil(), n, &[-1.0, 0.0, 1.0, 3.0, nan, infinity])?;
    checks.tensor("round to even", &x.round(), n, &[-2.0, 0.0, 0.0, 2.0, nan, infinity])?;
    checks.tensor("is-nan", &x.is_nan(), n, &[0.0, 0.0, 0.0, 0.0, 1.0, 0.0])?;
    checks.tensor("is-finite", &x.is_finite(), n, &[1.0, 1.0, 1.0, 1.0, 0.0, 0.0])?;
    // So small that 1 + x is 1: what the plain functions would lose.
    let tiny = Tensor::from_values(&[2], &[1e-10, -2.0]);
    checks.tensor_within("log1p", &tiny.ln_1p(), &[2], &[1e-10, nan], 1e-16)?;
    checks.tensor_within(
        "log1p of 1",
        &Tensor::from_scalar(1.0).ln_1p(),
        &[],
        &[std::f32::consts::LN_2],
        CLOSE,
    )?;
    let small = tiny.slice(0, 0..1).exp_m1();
    checks.tensor_within("expm1", &small, &[1], &[1e-10], 1e-16)?;
    checks.tensor_within("expm1 of -2", &tiny.slice(0, 1..2).exp_m1(), &[1], &[-0.864_664_7], CLOSE)
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
    checks.tensor("not-equal", &a.not_equal(&a), square, &[0.0, 0.0, 0.0, 1.0])?;
    checks.tensor("less-or-equal", &a.less_or_equal(&row), square, &[1.0, 1.0, 0.0, 0.0])?;
    checks.tensor("greater-or-equal", &a.greater_or_equal(2.0), square, &[0.0, 1.0, 1.0, 0.0])?;
    let bases = Tensor::from_values(&[4], &[2.0, -2.0, -8.0, nan]);
    let powers = Tensor::from_values(&[4], &[0.5, 3.0, 0.5, 0.0]);
    let raised = [std::f32::consts::SQRT_2, -8.0, nan, 1.0];
    checks.tensor_within("power", &bases.pow(&powers), &[4], &raised, CLOSE)?;
    checks.tensor_within("a cube", &row.pow(3.0), &[2], &[8.0, 64.0], 1e-5)?;
    let (y, x) = ([1.0, 1.0, -1.0, 0.0], [0.0, -1.0, 1.0, -1.0]);
    let angles = Tensor::from_values(&[4], &y).atan2(Tensor::from_values(&[4], &x));
    let quarter = std::f32::consts::FRAC_PI_4;
    let expected = [2.0 * quarter, 3.0 * quarter, -quarter, 4.0 * quarter];
    checks.tensor_within("arc-tangent", &angles, &[4], &expected, CLOSE)?;
    let three = Tensor::from_values(&[3], &[0.0; 3]);
    checks.refused("3 values added to 2", row.try_binary(BinaryOp::Add, &three), kind::SHAPE)?;
    choice(checks, &row, &column, &three)
}

fn choice(checks: &mut Checks, row: &Tensor, column: &Tensor, three: &Tensor) -> Result<(), Error> {
    let nan = f32::NAN;
    let condition = Tensor::from_values(&[2, 2], &[0.0, -1.0, nan, -0.0]);
    let chosen = condition.choose(row, column);
    checks.tensor("choose, all three broadcast", &chosen, &[2, 2], &[1.0, 4.0, 2.0, 3.0])?;
    let chosen = condition.choose(7.0, &condition);
    checks.tensor("choose a number", &chosen, &[2, 2], &[0.0, 7.0, 7.0, -0.0])?;
    checks.tensor(
        "what is not chosen may be NaN",
        &row.less(9.0).choose(row, nan),
        &[2],
        &[2.0, 4.0],
    )?;
    checks.refused("choose from 3 by 2", condition.try_choose(three, 0.0), kind::SHAPE)
}
