//! The documented order of accumulation, at every instruction set and odd size.

use super::super::guard::{Guard, Guarded};
use super::super::level::{settle, under_each};
use super::super::normalization::Affine;
use super::strip::STAND_IN;
use super::*;
use crate::SimdLevel;

/// Odd sizes around every tile, panel and block border.
const SIZES: [(usize, usize, usize); 10] = [
    (1, 1, 1),
    (7, 3, 17),
    (13, 256, 16),
    (6, 257, 33),
    (5, 600, 5),
    (29, 40, 8),
    (97, 31, 10),
    (195, 7, 48),
    (0, 4, 3),
    (15, 512, 40),
];

fn sample(count: usize, salt: u32) -> Vec<f32> {
    (0..count as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(salt) >> 8) as f32 / 8e6 - 1.0)
        .collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The product in the documented order, element by element.
fn documented(a: &[f32], b: &[f32], (m, k, n): (usize, usize, usize)) -> Vec<f32> {
    let element = |row: usize, column: usize| {
        let sum = |from: usize| {
            let block = from..(from + BLOCK).min(k);
            block.fold(0.0_f32, |sum, at| a[row * k + at].mul_add(b[at * n + column], sum))
        };
        (0..k).step_by(BLOCK).map(sum).reduce(|total, sum| total + sum).unwrap_or(0.0)
    };
    (0..m * n).map(|index| element(index / n, index % n)).collect()
}

#[test]
fn every_instruction_set_and_cut_gives_the_documented_order() {
    for (m, k, n) in SIZES {
        let (a, b, bias) = (sample(m * k, 1), sample(k * n, 2), sample(n, 3));
        let packed = Packed::new(&b, k, n);
        let mut expected = documented(&a, &b, (m, k, n));
        for row in expected.chunks_exact_mut(n) {
            row.iter_mut().zip(&bias).for_each(|(slot, bias)| *slot += bias);
        }
        under_each(|level| {
            let mut out = vec![f32::NAN; m * n];
            multiply(&a, &packed, Some(&bias), &mut out);
            assert_eq!(bits(&out), bits(&expected), "{level:?} {m} {k} {n}");
            let bias = padded(&bias);
            let finish = Finish { bias: Some(&bias), ..Finish::default() };
            let mut out = vec![f32::NAN; m * n];
            multiply_rows(&a, &packed, &finish, &mut out, 3);
            assert_eq!(bits(&out), bits(&expected), "in parts, {level:?} {m} {k} {n}");
        });
    }
}

#[test]
fn the_tiles_of_avx512_give_the_documented_order_with_arrays_as_registers() {
    settle(SimdLevel::Scalar);
    STAND_IN.set(true);
    for (m, k, n) in SIZES {
        let (a, b) = (sample(m * k, 1), sample(k * n, 2));
        let mut out = vec![f32::NAN; m * n];
        multiply(&a, &Packed::new(&b, k, n), None, &mut out);
        assert_eq!(bits(&out), bits(&documented(&a, &b, (m, k, n))), "{m} {k} {n}");
    }
}

#[test]
fn nothing_beyond_the_operands_is_touched() {
    for (m, k, n) in SIZES {
        let (a, b) = (sample(m * k, 1), sample(k * n, 2));
        let packed = Packed::new(&b, k, n);
        let expected = documented(&a, &b, (m, k, n));
        for side in [Guard::Before, Guard::After] {
            let a = Guarded::new(&a, side);
            under_each(|level| {
                let mut out = Guarded::new(&vec![f32::NAN; m * n], side);
                multiply(&a, &packed, None, &mut out);
                assert_eq!(bits(&out), bits(&expected), "{level:?} {m} {k} {n}");
            });
        }
    }
}

#[test]
fn what_follows_a_product_has_the_bits_of_separate_passes() {
    let (m, k, n) = (23, 300, 21);
    let (a, b) = (sample(m * k, 1), sample(k * n, 2));
    let [bias, gamma, beta, mean] = [3, 4, 5, 6].map(|salt| sample(n, salt));
    let variance = vec![0.7; n];
    let affine = Affine::new(Some(&gamma), Some(&beta), &mean, &variance, 0.001);
    let clamp = |clamp: Clamp, x: f32| match clamp {
        Clamp::Relu if x < 0.0 => 0.0,
        Clamp::None | Clamp::Relu => x,
        Clamp::Relu6 => x.clamp(0.0, 6.0),
    };
    for (first, second) in [(Clamp::None, Clamp::Relu), (Clamp::Relu6, Clamp::None)] {
        let mut expected = documented(&a, &b, (m, k, n));
        for row in expected.chunks_exact_mut(n) {
            for (slot, bias) in row.iter_mut().zip(&bias) {
                *slot = clamp(first, *slot + bias);
            }
        }
        affine.apply(&mut expected);
        for slot in &mut expected {
            *slot = clamp(second, *slot);
        }
        let bias = padded(&bias);
        let finish = Finish { bias: Some(&bias), first, affine: Some(&affine), second };
        let packed = Packed::new(&b, k, n);
        under_each(|level| {
            let mut out = vec![f32::NAN; m * n];
            multiply_rows(&a, &packed, &finish, &mut out, 1);
            assert_eq!(bits(&out), bits(&expected), "{level:?} {first:?} {second:?}");
        });
    }
}

#[test]
fn clamps_keep_nan_and_the_sign_of_zero() {
    let packed = Packed::new(&[1.0], 1, 1);
    for clamp in [Clamp::Relu, Clamp::Relu6] {
        let finish = Finish { bias: Some(&[-0.0; 16]), first: clamp, ..Finish::default() };
        under_each(|level| {
            let mut out = [1.0; 5];
            multiply_rows(&[f32::NAN, -1e-45, -3.0, 7.0, 2.0], &packed, &finish, &mut out, 1);
            assert!(out[0].is_nan(), "{level:?} {clamp:?}");
            let top = if clamp == Clamp::Relu { 7.0 } else { 6.0 };
            assert_eq!(out[1..], [0.0, 0.0, top, 2.0], "{level:?} {clamp:?}");
        });
    }
}

#[test]
fn the_error_against_float64_is_small() {
    let (m, k, n) = (6, 4608, 16);
    let (a, b) = (sample(m * k, 4), sample(k * n, 5));
    let mut out = vec![0.0; m * n];
    multiply(&a, &Packed::new(&b, k, n), None, &mut out);
    for (index, value) in out.iter().enumerate() {
        let (row, column) = (index / n, index % n);
        let terms = (0..k).map(|at| f64::from(a[row * k + at]) * f64::from(b[at * n + column]));
        let (exact, size) =
            terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
        assert!((f64::from(*value) - exact).abs() < 1e-6 * size);
    }
}
