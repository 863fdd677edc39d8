//! Products of rows, decompositions, linear systems.

use assay_sdk::{Error, Tensor};

use crate::check::{Checks, kind};

/// Room for results that are rounded from 64 bits, or made of a few 32-bit products.
const CLOSE: f32 = 1e-5;

pub(crate) fn rows(checks: &mut Checks) -> Result<(), Error> {
    let a = Tensor::from_values(&[3, 2], &[0.0, 0.0, 3.0, 4.0, -1.0, 2.0]);
    let b = Tensor::from_values(&[2, 2], &[3.0, 4.0, 1.0, 0.0]);
    let gram = [0.0, 0.0, 0.0, 0.0, 25.0, 5.0, 0.0, 5.0, 5.0];
    checks.tensor("gram", &a.gram(), &[3, 3], &gram)?;
    let distances = [25.0, 1.0, 0.0, 20.0, 20.0, 8.0];
    checks.tensor("squared-distances", &a.squared_distances(&b), &[3, 2], &distances)?;
    // Far from the origin: by |a|² - 2ab + |b|² nothing would be left.
    let far = Tensor::from_values(&[1, 1], &[10_000.0]);
    let near = Tensor::from_values(&[1, 1], &[10_000.125]);
    checks.tensor("no cancellation", &far.squared_distances(&near), &[1, 1], &[0.015_625])?;
    let root = 5.0_f32.sqrt();
    let cosines = [0.0, 0.0, 1.0, 0.6, 5.0 / (5.0 * root), -1.0 / root];
    checks.tensor_within(
        "cosine-similarity",
        &a.cosine_similarity(&b),
        &[3, 2],
        &cosines,
        CLOSE,
    )?;
    let three = Tensor::from_values(&[1, 3], &[1.0; 3]);
    checks.refused("distances of unequal rows", a.try_squared_distances(&three), kind::SHAPE)?;
    checks.refused("cosines of unequal rows", a.try_cosine_similarity(&three), kind::SHAPE)?;
    checks.refused("gram of a scalar", Tensor::from_scalar(1.0).try_gram(), kind::SHAPE)
}

pub(crate) fn decompositions(checks: &mut Checks) -> Result<(), Error> {
    singular(checks)?;
    eigen(checks)?;
    // 4x + 2y = 8, 2x + 3y = 7; and twice that. The 99 is above the diagonal.
    let matrix = Tensor::from_values(&[2, 2], &[4.0, 99.0, 2.0, 3.0]);
    let right = Tensor::from_values(&[2, 2], &[8.0, 16.0, 7.0, 14.0]);
    let solution = matrix.solve(&right)?;
    checks.tensor_within("solve", &solution, &[2, 2], &[1.25, 2.5, 1.5, 3.0], CLOSE)?;
    let indefinite = Tensor::from_values(&[2, 2], &[1.0, 2.0, 2.0, 1.0]);
    checks.refused("solve an indefinite matrix", indefinite.solve(&right), kind::ARGUMENT)?;
    checks.refused(
        "solve with one row of two",
        matrix.solve(&right.slice(0, 0..1)),
        kind::SHAPE,
    )?;
    let oblong = Tensor::from_values(&[1, 2], &[1.0, 2.0]);
    checks.refused("solve a matrix that is not square", oblong.solve(&right), kind::SHAPE)?;
    checks.refused("eigenvalues of an oblong", oblong.symmetric_eigen(), kind::SHAPE)?;
    let nan = Tensor::full(&[2, 2], f32::NAN);
    checks.refused("solve NaN", nan.solve(&right), kind::ARGUMENT)?;
    checks.refused("eigenvalues of NaN", nan.symmetric_eigen(), kind::ARGUMENT)?;
    checks.refused("singular values of NaN", nan.singular_values(), kind::ARGUMENT)?;
    checks.refused("decompose NaN", nan.svd(), kind::ARGUMENT)?;
    checks.refused("decompose a scalar", Tensor::from_scalar(1.0).svd(), kind::SHAPE)
}

fn singular(checks: &mut Checks) -> Result<(), Error> {
    // Times its transpose: [[9, 12], [12, 41]], whose eigenvalues are 45 and 5.
    let square = Tensor::from_values(&[2, 2], &[3.0, 0.0, 4.0, 5.0]);
    let expected = [45.0_f32.sqrt(), 5.0_f32.sqrt()];
    checks.tensor_within("singular-values", &square.singular_values()?, &[2], &expected, CLOSE)?;
    let flat = [1.0, -2.0, 0.5, 3.0, 4.0, 1.5];
    let wide = Tensor::from_values(&[2, 3], &flat);
    let tall = wide.transpose();
    for (matrix, shape) in [(&wide, [2, 3]), (&tall, [3, 2])] {
        let svd = matrix.svd()?;
        checks.same("shape of u", svd.u.shape(), vec![shape[0], 2])?;
        checks.same("shape of v", svd.v.shape(), vec![shape[1], 2])?;
        let again = (&svd.u * &svd.values).matmul(&svd.v.transpose());
        checks.tensor_within("u × values × v", &again, &shape, &matrix.to_vec(), CLOSE)?;
        let values = svd.values.to_vec();
        checks.that("singular values descend", values[0] >= values[1] && values[1] >= 0.0)?;
        checks.tensor_within(
            "svd agrees with singular-values",
            &matrix.singular_values()?,
            &[2],
            &values,
            CLOSE,
        )?;
        for columns in [&svd.u, &svd.v] {
            let products = columns.transpose().gram();
            checks.tensor_within(
                "columns are orthonormal",
                &products,
                &[2, 2],
                &[1., 0., 0., 1.],
                CLOSE,
            )?;
        }
        first_entries_are_positive(checks, &svd.u)?;
    }
    Ok(())
}

fn eigen(checks: &mut Checks) -> Result<(), Error> {
    // The 99 is above the diagonal and must not be read: [[2, 1], [1, 2]] has 1 and 3.
    let matrix = Tensor::from_values(&[2, 2], &[2.0, 99.0, 1.0, 2.0]);
    let eigen = matrix.symmetric_eigen()?;
    checks.tensor_within("eigenvalues", &eigen.values, &[2], &[1.0, 3.0], CLOSE)?;
    let half = std::f32::consts::FRAC_1_SQRT_2;
    let vectors = [half, half, -half, half];
    checks.tensor_within("eigenvectors are columns", &eigen.vectors, &[2, 2], &vectors, CLOSE)?;
    first_entries_are_positive(checks, &eigen.vectors)
}

fn first_entries_are_positive(checks: &mut Checks, columns: &Tensor) -> Result<(), Error> {
    let rows = columns.transpose().to_vec();
    let length = columns.shape()[0] as usize;
    for row in rows.chunks(length) {
        let first = row.iter().find(|entry| **entry != 0.0);
        checks.that("the first entry is positive", first.is_some_and(|entry| *entry > 0.0))?;
    }
    Ok(())
}
