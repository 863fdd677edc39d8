//! Decompositions against what defines them, in 64-bit floats, and against LAPACK through NumPy.

use super::*;
use crate::cpu::random;
use crate::{Lane, Tensor};
use assay_call::ErrorKind;

fn lanes() -> [Lane; 2] {
    [1, 2].map(|threads| Lane::new(threads).unwrap())
}

fn made(m: usize, n: usize, value: impl Fn(usize, usize) -> f64) -> Tensor {
    let values = (0..m * n).map(|at| value(at / n, at % n) as f32);
    Tensor::new(vec![m, n], values.collect::<Vec<_>>())
}

fn random_matrix(m: usize, n: usize) -> Tensor {
    random::normal(&lanes()[0], 11, (m * 1000 + n) as u64, vec![m, n])
}

fn at(matrix: &Tensor, row: usize, column: usize) -> f64 {
    f64::from(matrix.values()[row * matrix.shape()[1] + column])
}

fn map(matrix: &Tensor, function: impl Fn(f32) -> f32) -> Tensor {
    let values: Vec<f32> = matrix.values().iter().map(|value| function(*value)).collect();
    Tensor::new(matrix.shape().to_vec(), values)
}

/// A symmetric matrix whose upper triangle must not be read.
fn lower_only(matrix: &Tensor) -> Tensor {
    let n = matrix.shape()[0];
    made(n, n, |i, j| if j > i { f64::NAN } else { at(matrix, i, j) })
}

fn assert_orthonormal(matrix: &Tensor) {
    let (rows, columns) = (matrix.shape()[0], matrix.shape()[1]);
    for a in 0..columns {
        for b in 0..=a {
            let product: f64 = (0..rows).map(|i| at(matrix, i, a) * at(matrix, i, b)).sum();
            let expected = f64::from(u8::from(a == b));
            assert!((product - expected).abs() < 5e-7, "columns {a} and {b}: {product}");
        }
    }
}

/// The first value of each column that is not zero is positive.
fn assert_turned(matrix: &Tensor) {
    for column in 0..matrix.shape()[1] {
        let mut values = (0..matrix.shape()[0]).map(|row| at(matrix, row, column));
        assert!(values.find(|value| *value != 0.0).unwrap() > 0.0, "column {column}");
    }
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found} {expected}");
    }
}

fn bits(tensor: &Tensor) -> Vec<u32> {
    tensor.values().iter().map(|value| value.to_bits()).collect()
}

/// Everything that the documentation says of a decomposition.
fn check_svd(matrix: &Tensor) {
    let (m, n) = (matrix.shape()[0], matrix.shape()[1]);
    let r = m.min(n);
    let [lane, other] = lanes();
    let (u, values, v) = svd(&lane, matrix).unwrap();
    assert_eq!((u.shape(), values.shape(), v.shape()), (&[m, r][..], &[r][..], &[n, r][..]));
    assert!(values.values().is_sorted_by(|a, b| a >= b && *b >= 0.0), "{values:?}");
    assert_orthonormal(&u);
    assert_orthonormal(&v);
    assert_turned(&u);
    let size = values.values().first().map_or(0.0, |value| f64::from(*value));
    for i in 0..m {
        for j in 0..n {
            let terms = (0..r).map(|k| at(&u, i, k) * f64::from(values.values()[k]) * at(&v, j, k));
            let error = (terms.sum::<f64>() - at(matrix, i, j)).abs();
            assert!(error <= 1e-6 * size, "[{m}, {n}] at {i}, {j}: {error}");
        }
    }
    assert_eq!(bits(&singular_values(&lane, matrix).unwrap()), bits(&values));
    let (u_2, values_2, v_2) = svd(&other, matrix).unwrap();
    assert_eq!((bits(&u_2), bits(&values_2), bits(&v_2)), (bits(&u), bits(&values), bits(&v)));
}

#[test]
fn decompositions_of_matrices_of_all_forms() {
    for (m, n) in [(1, 1), (1, 5), (5, 1), (3, 3), (40, 7), (7, 40), (33, 33), (130, 17), (20, 70)]
    {
        check_svd(&random_matrix(m, n));
    }
}

#[test]
fn decompositions_of_odd_matrices() {
    check_svd(&made(6, 4, |_, _| 0.0));
    check_svd(&made(4, 6, |i, j| f64::from(u8::from(i == 2 && j == 3))));
    check_svd(&made(20, 12, |i, j| ((i % 3) * (j + 1) + (i * j) % 2) as f64));
    check_svd(&made(12, 40, |i, j| (i as f64 - 3.0) * (j as f64 + 0.1)));
    check_svd(&made(9, 9, |i, j| if i == j { 1.0 } else { 0.0 }));
    check_svd(&made(30, 8, |i, j| ((i * (j / 2)) % 7) as f64));
    check_svd(&made(5, 5, |i, j| if i == j { 10_f64.powi(-8 * i as i32) } else { 0.0 }));
    check_svd(&made(24, 24, |i, j| 1.0 / (i + j + 1) as f64));
}

#[test]
fn decompositions_at_the_ends_of_the_range() {
    let matrix = random_matrix(30, 20);
    let (_, values, _) = svd(&lanes()[0], &matrix).unwrap();
    for scale in [2_f32.powi(120), 2_f32.powi(-100)] {
        let scaled = map(&matrix, |value| value * scale);
        check_svd(&scaled);
        let (_, other, _) = svd(&lanes()[0], &scaled).unwrap();
        assert_eq!(bits(&other), bits(&map(&values, |value| value * scale)));
    }
    // Too small for a normal float: the values keep few digits, the factors all.
    let tiny = made(6, 3, |i, j| ((i * 5 + j * j * 3) % 7) as f64 * 1e-44);
    let (u, values, v) = svd(&lanes()[0], &tiny).unwrap();
    assert_orthonormal(&u);
    assert_orthonormal(&v);
    assert!(values.values()[0] > 1e-43);
    let huge = made(2, 2, |_, _| f64::from(f32::MAX));
    let (_, values, _) = svd(&lanes()[0], &huge).unwrap();
    assert_eq!(values.values()[0], f32::INFINITY);
    assert!(values.values()[1] < 1e-10 * f32::MAX);
}

#[test]
fn decompositions_of_nothing() {
    for (m, n) in [(0, 3), (3, 0), (0, 0)] {
        let (u, values, v) = svd(&lanes()[0], &made(m, n, |_, _| 0.0)).unwrap();
        assert_eq!((u.shape(), values.shape(), v.shape()), (&[m, 0][..], &[0][..], &[n, 0][..]));
    }
    let (values, vectors) = symmetric_eigen(&lanes()[0], &made(0, 0, |_, _| 0.0)).unwrap();
    assert_eq!((values.shape(), vectors.shape()), (&[0][..], &[0, 0][..]));
}

/// `numpy.linalg.svd(a, compute_uv=False)` of NumPy 2.4.6 on the same matrices in 64-bit floats. The
/// second is a Hilbert matrix in 32-bit floats; its small values have all their digits too.
#[test]
fn singular_values_are_lapacks() {
    let matrix = made(9, 6, |i, j| ((i * 7 + j * j * 5 + i * j) % 13) as f64 - 6.0);
    let expected = [15.373_303, 13.709_867_5, 10.953_938, 9.012_814_5, 7.680_447, 6.891_459_5];
    let found = singular_values(&lanes()[0], &matrix).unwrap();
    assert_close(found.values(), &expected, 2e-6);
    let hilbert = made(8, 8, |i, j| 1.0 / (i + j + 1) as f64);
    let expected = [
        1.695_939_1,
        0.298_125_2,
        0.026_212_847,
        0.001_467_692,
        5.437_067e-05,
        1.294_196_6e-06,
        1.952_904_3e-08,
        1.131_421_2e-09,
    ];
    let found = singular_values(&lanes()[0], &hilbert).unwrap();
    for (found, expected) in found.values().iter().zip(expected) {
        assert!((found - expected).abs() <= 2e-7 * expected, "{found} {expected}");
    }
}

/// Everything that the documentation says of eigenvalues and vectors.
fn check_eigen(matrix: &Tensor) {
    let n = matrix.shape()[0];
    let [lane, other] = lanes();
    let (values, vectors) = symmetric_eigen(&lane, &lower_only(matrix)).unwrap();
    assert!(values.values().is_sorted());
    assert_orthonormal(&vectors);
    assert_turned(&vectors);
    let size = values.values().iter().fold(0.0_f64, |size, value| size.max(f64::from(value.abs())));
    for k in 0..n {
        for i in 0..n {
            let image: f64 = (0..n).map(|j| at(matrix, i, j) * at(&vectors, j, k)).sum();
            let error = (image - f64::from(values.values()[k]) * at(&vectors, i, k)).abs();
            assert!(error <= 1e-6 * size, "[{n}, {n}] value {k}: {error}");
        }
    }
    let again = symmetric_eigen(&other, matrix).unwrap();
    assert_eq!((bits(&again.0), bits(&again.1)), (bits(&values), bits(&vectors)));
}

#[test]
fn eigenvectors_of_all_kinds_of_matrices() {
    for n in [1, 2, 3, 17, 40, 70] {
        let sides = random_matrix(n, n);
        check_eigen(&made(n, n, |i, j| at(&sides, i.max(j), i.min(j))));
    }
    check_eigen(&made(5, 5, |_, _| 0.0));
    check_eigen(&made(5, 5, |_, _| 1.0));
    check_eigen(&made(6, 6, |i, j| if i == j { -2.0 } else { 0.0 }));
    // Pairs of values that differ in sign only.
    check_eigen(&made(6, 6, |i, j| if i + j == 5 { 1.0 } else { 0.0 }));
    check_eigen(&gram(&lanes()[0], &random_matrix(40, 5)));
    let sides = random_matrix(20, 20);
    for scale in [1e37, 1e-36] {
        check_eigen(&made(20, 20, |i, j| at(&sides, i.max(j), i.min(j)) * scale));
    }
}

#[test]
fn eigenvalues_of_diagonal_matrices_are_the_diagonal() {
    let matrix = made(4, 4, |i, j| if i == j { [1e-12, -3.0, 2.0, 1e-30][i] } else { 0.0 });
    let (values, vectors) = symmetric_eigen(&lanes()[0], &matrix).unwrap();
    assert_eq!(values.values(), [-3.0, 1e-30, 1e-12, 2.0]);
    let expected = made(4, 4, |i, j| f64::from(u8::from([1, 3, 0, 2][j] == i)));
    assert_eq!(vectors, expected);
}

/// `numpy.linalg.eigh(s)` of NumPy 2.4.6.
#[test]
fn eigenvalues_are_lapacks() {
    let matrix = made(7, 7, |i, j| ((i.max(j) * 5 + i.min(j) * 3) % 11) as f64 - 5.0);
    let (values, vectors) = symmetric_eigen(&lanes()[0], &matrix).unwrap();
    let expected = [
        -14.265_739,
        -5.970_896_2,
        -3.555_000_5,
        1.185_441_4,
        3.511_023_5,
        6.472_774_5,
        13.622_396,
    ];
    assert_close(values.values(), &expected, 2e-6);
    let third: Vec<f32> = (0..7).map(|row| at(&vectors, row, 2) as f32).collect();
    let expected = [
        0.713_980_14,
        0.300_844_64,
        0.083_849_184,
        -0.492_091_15,
        -0.219_965_74,
        -0.021_803_489,
        0.318_873_3,
    ];
    assert_close(&third, &expected, 1e-7);
}

#[test]
fn solutions_solve() {
    for (n, k) in [(1, 1), (5, 3), (70, 20), (33, 1)] {
        let half = random_matrix(n, n + 3);
        let products = gram(&lanes()[0], &half);
        let matrix = made(n, n, |i, j| at(&products, i, j) + f64::from(u8::from(i == j)));
        let right = random_matrix(n, k);
        let [x, other] = lanes().map(|lane| solve(&lane, &lower_only(&matrix), &right).unwrap());
        assert_eq!((x.shape(), bits(&x)), (&[n, k][..], bits(&other)));
        for i in 0..n {
            for c in 0..k {
                let terms = (0..n).map(|j| at(&matrix, i, j) * at(&x, j, c));
                let (sum, size) = terms.fold((0.0, 1.0), |(s, z), t| (s + t, z + t.abs()));
                assert!((sum - at(&right, i, c)).abs() < 1e-6 * size, "{n} {k}: {i} {c}");
            }
        }
    }
}

/// `numpy.linalg.solve(a.T @ a + numpy.eye(6), b)` of NumPy 2.4.6.
#[test]
fn solutions_are_lapacks_at_any_scale() {
    let a = made(9, 6, |i, j| ((i * 7 + j * j * 5 + i * j) % 13) as f64 - 6.0);
    let product = |i: usize, j: usize| (0..9).map(|k| at(&a, k, i) * at(&a, k, j)).sum::<f64>();
    let expected = [
        -0.006_123_411_5,
        -0.030_999_023,
        -0.014_861_993,
        -0.024_622_662,
        0.000_374_319_03,
        -0.019_466_1,
        0.041_394_77,
        0.030_274_387,
        0.031_879_79,
        0.017_601_488,
        0.064_524_34,
        0.045_632_385,
    ];
    for (left, right) in [(1.0, 1.0), (2_f64.powi(100), 2_f64.powi(90)), (2_f64.powi(-90), 1.0)] {
        let matrix = made(6, 6, |i, j| left * (product(i, j) + f64::from(u8::from(i == j))));
        let sides = made(6, 2, |i, j| right * (i as f64 - 2.0 * j as f64));
        let x = solve(&lanes()[0], &matrix, &sides).unwrap();
        let x = made(6, 2, |i, j| at(&x, i, j) * left / right);
        assert_close(x.values(), &expected, 1e-8);
    }
}

#[test]
fn what_cannot_be_solved_is_refused() {
    let [lane, _] = lanes();
    let right = made(3, 1, |_, _| 1.0);
    let refused = |matrix: &Tensor, right: &Tensor| solve(&lane, matrix, right).unwrap_err();
    let indefinite = made(3, 3, |i, j| if i == j { 1.0 } else { 2.0 });
    let deficient = made(3, 3, |i, j| ((i + 1) * (j + 1)) as f64 / 3.0);
    let zero = made(3, 3, |_, _| 0.0);
    for matrix in [indefinite, deficient, zero] {
        let error = refused(&matrix, &right);
        assert_eq!(error.kind, ErrorKind::InvalidArgument);
        assert!(error.message.contains("positive definite"), "{error}");
    }
    let unit = made(3, 3, |i, j| f64::from(u8::from(i == j)));
    let infinite = made(3, 3, |i, j| if i == j { f64::INFINITY } else { 0.0 });
    for (matrix, right) in [(&infinite, &right), (&unit, &made(3, 1, |_, _| f64::NAN))] {
        assert!(refused(matrix, right).message.contains("not finite"));
    }
    assert_eq!(solve(&lane, &unit, &made(3, 0, |_, _| 0.0)).unwrap().shape(), [3, 0]);
    let nothing = made(0, 0, |_, _| 0.0);
    assert_eq!(solve(&lane, &nothing, &made(0, 2, |_, _| 0.0)).unwrap().shape(), [0, 2]);
}

#[test]
fn values_that_are_not_finite_are_refused() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let matrix = made(3, 3, |i, j| if i == 2 && j == 0 { odd } else { 1.0 });
        let [lane, _] = lanes();
        let errors = [
            svd(&lane, &matrix).map(|_| ()).unwrap_err(),
            singular_values(&lane, &matrix).map(|_| ()).unwrap_err(),
            symmetric_eigen(&lane, &matrix).map(|_| ()).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.kind == ErrorKind::InvalidArgument));
    }
}
