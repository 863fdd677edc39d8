//! Orders of rows and values by position.

use assay_sdk::{Direction, Error, Tensor};

use crate::check::{Checks, kind};

/// Two rows, with equals, both zeros, infinities and NaN.
const ROWS: [f32; 8] = [0.0, 3.0, -0.0, 3.0, f32::NAN, f32::NEG_INFINITY, f32::INFINITY, 1.0];

pub(crate) fn orders(checks: &mut Checks) -> Result<(), Error> {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    let x = Tensor::from_values(&[2, 4], &ROWS);
    let up = x.sort(Direction::Ascending);
    let expected = [-0.0, 0.0, 3.0, 3.0, -infinity, 1.0, infinity, nan];
    checks.tensor("sort up", &up, &[2, 4], &expected)?;
    let signs: Vec<bool> = up.read(0, 2).iter().map(|zero| zero.is_sign_negative()).collect();
    checks.same("-0 stands before +0", signs, vec![true, false])?;
    let down = x.sort(Direction::Descending);
    let expected = [3.0, 3.0, 0.0, -0.0, nan, infinity, 1.0, -infinity];
    checks.tensor("sort down", &down, &[2, 4], &expected)?;
    let signs: Vec<bool> = down.read(2, 2).iter().map(|zero| zero.is_sign_negative()).collect();
    checks.same("+0 stands before -0, downwards", signs, vec![false, true])?;
    let order = x.arg_sort(Direction::Ascending);
    checks.same("arg-sort up", order, vec![2, 0, 1, 3, 1, 3, 2, 0])?;
    let order = x.arg_sort(Direction::Descending);
    checks.same("arg-sort down keeps equals in order", order, vec![1, 3, 0, 2, 0, 2, 3, 1])?;
    let best = x.top_k(3);
    checks.tensor("top-k", &best.values, &[2, 3], &[3.0, 3.0, 0.0, infinity, 1.0, -infinity])?;
    checks.same("positions of top-k", best.indices, vec![1, 3, 0, 2, 3, 1])?;
    let scalar = Tensor::from_scalar(0.0);
    checks.refused("sort a scalar", scalar.try_sort(Direction::Ascending), kind::SHAPE)?;
    checks.refused("arg-sort a scalar", scalar.try_arg_sort(Direction::Ascending), kind::SHAPE)?;
    checks.refused("top-k of a scalar", scalar.try_top_k(1), kind::SHAPE)?;
    checks.refused("top 5 of 4", x.try_top_k(5), kind::RANGE)
}

pub(crate) fn positions(checks: &mut Checks) -> Result<(), Error> {
    let x = Tensor::from_values(&[2, 4], &[4.0, 1.0, 3.0, 2.0, f32::NAN, 0.0, 0.0, 0.0]);
    let row = x.slice(0, 0..1);
    // Position 0.3 · 3 = 0.9 of 1, 2, 3, 4.
    checks.tensor_within("quantile", &row.quantile(0.3), &[1], &[1.9], 1e-6)?;
    checks.tensor("quantiles 0 and NaN", &x.quantile(0.0), &[2], &[1.0, f32::NAN])?;
    checks.tensor("quantile 1", &row.quantile(1.0), &[1], &[4.0])?;
    checks.refused("quantile 1.5", x.try_quantile(1.5), kind::ARGUMENT)?;
    checks.refused("quantile NaN", x.try_quantile(f32::NAN), kind::ARGUMENT)?;
    let scalar = Tensor::from_scalar(0.0);
    checks.refused("quantile of a scalar", scalar.try_quantile(0.5), kind::SHAPE)?;
    let empty = Tensor::from_values(&[1, 0], &[]);
    checks.refused("quantile of nothing", empty.try_quantile(0.5), kind::SHAPE)?;
    // In 32 bits the two ones would vanish.
    let large = 16_777_216.0;
    let wide = Tensor::from_values(&[2, 4], &[large, 1.0, 1.0, -large, 1.0, 2.0, 3.0, 4.0]);
    let sums = [large, large, large + 2.0, 2.0, 1.0, 3.0, 6.0, 10.0];
    checks.tensor("cumulative-sum", &wide.cumulative_sum(), &[2, 4], &sums)?;
    checks.refused("cumulative-sum of a scalar", scalar.try_cumulative_sum(), kind::SHAPE)?;
    checks.tensor("pick", &wide.pick(&[3, 1]), &[2], &[-large, 2.0])?;
    let cube = wide.reshape(&[2, 2, 2]);
    checks.tensor(
        "pick from rows of rows",
        &cube.pick(&[0, 1, 1, 0]),
        &[2, 2],
        &[large, -large, 2.0, 3.0],
    )?;
    checks.refused("pick position 4 of 4", wide.try_pick(&[0, 4]), kind::RANGE)?;
    checks.refused("one index for two rows", wide.try_pick(&[0]), kind::SHAPE)?;
    checks.refused("pick from a scalar", scalar.try_pick(&[0]), kind::SHAPE)
}
