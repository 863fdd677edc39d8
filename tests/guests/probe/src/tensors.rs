//! Values, arrangements, reductions, rows and products; orders, decompositions and random numbers in
//! files of their own.

mod linear;
mod order;
mod random;

use assay_sdk::{Error, Padding, ReduceOp, Tensor, WINDOW};

use crate::check::{Checks, kind};

pub(crate) use linear::{decompositions, rows};
pub(crate) use order::{orders, positions};
pub(crate) use random::random;

const SIX: [f32; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

pub(crate) fn values(checks: &mut Checks) -> Result<(), Error> {
    let x = Tensor::from_values(&[2, 3], &SIX);
    checks.tensor("from-list and read", &x, &[2, 3], &SIX)?;
    checks.same("read a window", x.read(2, 3), vec![3.0, 4.0, 5.0])?;
    checks.same("read nothing", x.read(6, 0), Vec::new())?;
    checks.same("scalar of []", Tensor::from_scalar(-0.5).scalar(), -0.5)?;
    checks.same("scalar of [1, 1]", Tensor::from_values(&[1, 1], &[7.0]).scalar(), 7.0)?;
    checks.tensor("no elements", &Tensor::from_values(&[0, 3], &[]), &[0, 3], &[])?;
    checks.refused("scalar of six", x.try_scalar(), kind::SHAPE)?;
    checks.refused("read past the end", x.try_read(4, 3), kind::RANGE)?;
    checks.refused("read at a wrapping end", x.try_read(u32::MAX, 2), kind::RANGE)?;
    checks.refused("six values as [2, 2]", Tensor::try_from_values(&[2, 2], &SIX), kind::SHAPE)?;
    let long = vec![1.5; WINDOW as usize + 1];
    let long = Tensor::from_values(&[WINDOW + 1], &long);
    checks.same("a list over the window", long.shape(), vec![WINDOW + 1])?;
    checks.same("its last value", long.read(WINDOW, 1), vec![1.5])?;
    checks.refused("read over the window", long.try_read(0, WINDOW + 1), kind::LARGE)?;
    checks.tensor("full", &Tensor::full(&[2, 2], -1.5), &[2, 2], &[-1.5; 4])?;
    checks.refused("full with 9 axes", Tensor::try_full(&[1; 9], 0.0), kind::ARGUMENT)?;
    checks.refused("full beyond a tensor", Tensor::try_full(&[1 << 27], 0.0), kind::LARGE)?;
    let hot = Tensor::one_hot(&[2, 0], 3);
    checks.tensor("one-hot", &hot, &[2, 3], &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0])?;
    checks.refused("one-hot of class 3 of 3", Tensor::try_one_hot(&[3], 3), kind::RANGE)
}

pub(crate) fn arrangements(checks: &mut Checks) -> Result<(), Error> {
    let x = Tensor::from_values(&[2, 3], &SIX);
    checks.tensor("reshape", &x.reshape(&[3, 1, 2]), &[3, 1, 2], &SIX)?;
    let turned = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0];
    checks.tensor("permute", &x.permute(&[1, 0]), &[3, 2], &turned)?;
    let cube: Vec<f32> = (0..8u8).map(f32::from).collect();
    let cube = Tensor::from_values(&[2, 2, 2], &cube);
    // Axis i of the result is axis axes[i]: element [i, j, k] comes from [j, k, i].
    let cycled = [0.0, 2.0, 4.0, 6.0, 1.0, 3.0, 5.0, 7.0];
    checks.tensor("permute in a cycle", &cube.permute(&[2, 0, 1]), &[2, 2, 2], &cycled)?;
    checks.tensor("slice axis 1", &x.slice(1, 1..3), &[2, 2], &[2.0, 3.0, 5.0, 6.0])?;
    checks.tensor("slice axis 0", &x.slice(0, 1..2), &[1, 3], &[4.0, 5.0, 6.0])?;
    let rows = x.gather_rows(&[1, 0, 1]);
    let expected = [4.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    checks.tensor("gather-rows", &rows, &[3, 3], &expected)?;
    let tall = Tensor::concat(&[&x, &x.slice(0, 0..1)], 0);
    checks.tensor("concat axis 0", &tall, &[3, 3], &[1., 2., 3., 4., 5., 6., 1., 2., 3.])?;
    let wide = Tensor::concat(&[&x, &x.slice(1, 0..1)], 1);
    checks.tensor("concat axis 1", &wide, &[2, 4], &[1., 2., 3., 1., 4., 5., 6., 4.])?;
    checks.refused("reshape six to four", x.try_reshape(&[4]), kind::SHAPE)?;
    checks.refused(
        "reshape to 9 axes",
        x.try_reshape(&[6, 1, 1, 1, 1, 1, 1, 1, 1]),
        kind::ARGUMENT,
    )?;
    checks.refused("permute an axis twice", x.try_permute(&[0, 0]), kind::ARGUMENT)?;
    checks.refused("slice past the end", x.try_slice(1, 2..4), kind::RANGE)?;
    checks.refused("slice axis 2 of 2", x.try_slice(2, 0..1), kind::RANGE)?;
    checks.refused("gather row 2 of 2", x.try_gather_rows(&[2]), kind::RANGE)?;
    let scalar = Tensor::from_scalar(0.0);
    checks.refused("gather rows of a scalar", scalar.try_gather_rows(&[0]), kind::SHAPE)?;
    checks.refused("concat unequal rows", Tensor::try_concat(&[&x, &wide], 0), kind::SHAPE)?;
    checks.refused("concat along axis 2 of 2", Tensor::try_concat(&[&x], 2), kind::RANGE)?;
    checks.refused("concat nothing", Tensor::try_concat(&[], 0), kind::ARGUMENT)?;
    joined_and_padded(checks, &x)
}

fn joined_and_padded(checks: &mut Checks, x: &Tensor) -> Result<(), Error> {
    let (minus, negative) = (-x, SIX.map(|value| -value));
    let ((top, bottom), (low, lower)) = (SIX.split_at(3), negative.split_at(3));
    let front = [top, bottom, low, lower].concat();
    checks.tensor("stack in front", &Tensor::stack(&[x, &minus], 0), &[2, 2, 3], &front)?;
    let middle = [top, low, bottom, lower].concat();
    checks.tensor("stack in the middle", &Tensor::stack(&[x, &minus], 1), &[2, 2, 3], &middle)?;
    let end = SIX.map(|value| [value, -value]);
    let stacked = Tensor::stack(&[x, &minus], 2);
    checks.tensor("stack at the end", &stacked, &[2, 3, 2], end.as_flattened())?;
    checks.refused("stack at 3 of 2", Tensor::try_stack(&[x], 3), kind::RANGE)?;
    checks.refused("stack nothing", Tensor::try_stack(&[], 0), kind::ARGUMENT)?;
    let unequal = x.transpose();
    checks.refused("stack unequal shapes", Tensor::try_stack(&[x, &unequal], 0), kind::SHAPE)?;
    let padded = x.pad(&[Padding { before: 1, after: 0 }, Padding { before: 0, after: 2 }], 9.0);
    let expected = [9., 9., 9., 9., 9., 1., 2., 3., 9., 9., 4., 5., 6., 9., 9.];
    checks.tensor("pad", &padded, &[3, 5], &expected)?;
    checks.tensor("pad by nothing", &x.pad(&[Padding::NONE; 2], 9.0), &[2, 3], &SIX)?;
    checks.refused("one padding for 2 axes", x.try_pad(&[Padding::both(1)], 9.0), kind::SHAPE)
}

pub(crate) fn reductions(checks: &mut Checks) -> Result<(), Error> {
    let x = Tensor::from_values(&[2, 3], &[3.0, -4.0, 1.0, 0.0, 5.0, 1.0]);
    checks.same("sum", x.sum(), 6.0)?;
    checks.same("mean", x.mean(), 1.0)?;
    checks.same("maximum", x.max(), 5.0)?;
    checks.same("minimum", x.min(), -4.0)?;
    // Squared distances from 1: 4, 25, 0, 1, 16, 0; their mean is 46 / 6.
    checks.same("variance", x.variance(), 46.0 / 6.0)?;
    checks.same("l1-norm", x.l1_norm(), 14.0)?;
    let pythagorean = Tensor::from_values(&[2], &[3.0, -4.0]);
    checks.same("l2-norm", pythagorean.l2_norm(), 5.0)?;
    checks.tensor("sum of rows", &x.sum_axes(&[1]), &[2], &[0.0, 6.0])?;
    checks.tensor("mean of columns", &x.mean_axes(&[0]), &[3], &[1.5, 0.5, 1.0])?;
    checks.tensor("maximum of columns", &x.max_axes(&[0]), &[3], &[3.0, 5.0, 1.0])?;
    checks.tensor("minimum of rows", &x.min_axes(&[1]), &[2], &[-4.0, 0.0])?;
    checks.tensor("variance of columns", &x.variance_axes(&[0]), &[3], &[2.25, 20.25, 0.0])?;
    checks.tensor("l1-norm of rows", &x.l1_norm_axes(&[1]), &[2], &[8.0, 6.0])?;
    checks.tensor("l2-norm of both axes", &x.l2_norm_axes(&[1, 0]), &[], &[52.0f32.sqrt()])?;
    checks.same("sum with NaN", Tensor::from_scalar(f32::NAN).sum().is_nan(), true)?;
    let wide = Tensor::from_values(&[3], &[16_777_216.0, 1.0, -16_777_216.0]);
    checks.same("sums accumulate in 64 bits", wide.sum(), 1.0)?;
    let empty = Tensor::from_values(&[0], &[]);
    checks.same("sum of nothing", empty.sum(), 0.0)?;
    checks.refused("mean of nothing", empty.try_reduce(ReduceOp::Mean, &[]), kind::SHAPE)?;
    checks.refused("axis 2 of 2", x.try_reduce(ReduceOp::Sum, &[2]), kind::RANGE)?;
    checks.refused("an axis twice", x.try_reduce(ReduceOp::Sum, &[0, 0]), kind::ARGUMENT)
}

pub(crate) fn rows_and_products(checks: &mut Checks) -> Result<(), Error> {
    let nan = f32::NAN;
    let scores = Tensor::from_values(&[3, 3], &[1.0, 4.0, 4.0, nan, -1.0, -2.0, nan, nan, nan]);
    checks.same("arg-max", scores.arg_max(), vec![1, 1, 0])?;
    checks.same("arg-min", scores.arg_min(), vec![0, 2, 0])?;
    let equals = Tensor::from_values(&[3], &[2.0, -1.0, -1.0]);
    checks.same("arg-min takes the first of equals", equals.arg_min(), vec![1])?;
    checks.refused("arg-min of a scalar", Tensor::from_scalar(1.0).try_arg_min(), kind::SHAPE)?;
    checks.refused("arg-max of a scalar", Tensor::from_scalar(1.0).try_arg_max(), kind::SHAPE)?;
    // Differences of ln 3 make shares of 1 : 3, also where exp would overflow.
    let ln3 = 3.0f32.ln();
    let x = Tensor::from_values(&[2, 2], &[0.0, ln3, 0.0, 1000.0]);
    checks.tensor_within("softmax", &x.softmax(), &[2, 2], &[0.25, 0.75, 0.0, 1.0], 1e-6)?;
    let logs = [0.25f32.ln(), 0.75f32.ln(), -1000.0, 0.0];
    checks.tensor_within("log-softmax", &x.log_softmax(), &[2, 2], &logs, 1e-6)?;
    let scalar = Tensor::from_scalar(0.0);
    checks.refused("softmax of a scalar", scalar.try_softmax(), kind::SHAPE)?;
    checks.refused("log-softmax of a scalar", scalar.try_log_softmax(), kind::SHAPE)?;
    let a = Tensor::from_values(&[2, 3], &SIX);
    let product = a.matmul(&a.transpose());
    checks.tensor("matmul", &product, &[2, 2], &[14.0, 32.0, 32.0, 77.0])?;
    checks.refused("matmul of unequal inner axes", a.try_matmul(&a), kind::SHAPE)?;
    checks.refused("matmul with a scalar", a.try_matmul(&scalar), kind::SHAPE)
}
