//! Orders against naive ones that follow the documentation word by word, and against NumPy.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

const INF: f32 = f32::INFINITY;

fn row(values: &[f32]) -> Tensor {
    Tensor::new(vec![values.len()], values.to_vec())
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| if value.is_nan() { NAN_KEY } else { value.to_bits() }).collect()
}

/// NaN after everything and equal to NaN; -0 before +0.
fn documented(a: f32, b: f32) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if a == b => b.is_sign_negative().cmp(&a.is_sign_negative()),
        (false, false) => a.partial_cmp(&b).unwrap(),
    }
}

/// Positions by a stable sort of the standard library.
fn naive_arg_sort(row: &[f32], direction: Direction) -> Vec<u32> {
    let mut positions: Vec<u32> = (0..row.len() as u32).collect();
    positions.sort_by(|a, b| {
        let order = documented(row[*a as usize], row[*b as usize]);
        if direction == Direction::Ascending { order } else { order.reverse() }
    });
    positions
}

/// Takes the largest that is left, `k` times, as the documentation of `arg-max` says.
fn naive_top_k(row: &[f32], k: usize) -> Vec<u32> {
    let mut left: Vec<usize> = (0..row.len()).collect();
    let mut taken = Vec::new();
    for _ in 0..k {
        let mut best = 0;
        for at in 0..left.len() {
            let (value, current) = (row[left[at]], row[left[best]]);
            if value > current || (current.is_nan() && !value.is_nan()) {
                best = at;
            }
        }
        taken.push(left.remove(best) as u32);
    }
    taken
}

fn naive_quantile(row: &[f32], q: f32) -> f32 {
    if row.iter().any(|x| x.is_nan()) {
        return f32::NAN;
    }
    let mut sorted = row.to_vec();
    sorted.sort_by(|a, b| documented(*a, *b));
    let position = f64::from(q) * (row.len() - 1) as f64;
    let (low, high) = (sorted[position as usize], sorted[position.ceil() as usize]);
    if low == high {
        return low;
    }
    (f64::from(low) + (f64::from(high) - f64::from(low)) * position.fract()) as f32
}

/// Few different values, so that ties are common, and everything odd.
fn values() -> impl Strategy<Value = Vec<f32>> {
    let odd = [0.0, -0.0, f32::NAN, -f32::NAN, INF, -INF, 1e-45, -1e-45, f32::MAX];
    let value = prop_oneof![
        3 => (-4..5_i8).prop_map(f32::from),
        2 => any::<f32>(),
        1 => prop::sample::select(odd.to_vec()),
    ];
    prop::collection::vec(value, 1..40)
}

proptest! {
    #[test]
    fn orders_are_the_documented_ones(values in values(), ascending: bool, share in 0.0..1.0_f64) {
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        let expected = naive_arg_sort(&values, direction);
        let sorted: Vec<f32> = expected.iter().map(|at| values[*at as usize]).collect();
        prop_assert_eq!(bits(sort(&row(&values), direction).values()), bits(&sorted));
        prop_assert_eq!(arg_sort(&row(&values), direction), expected);
        let k = (share * (values.len() + 1) as f64) as usize;
        let (largest, positions) = top_k(&row(&values), k);
        prop_assert_eq!(&positions, &naive_top_k(&values, k));
        let picked: Vec<f32> = positions.iter().map(|at| values[*at as usize]).collect();
        prop_assert_eq!(bits(largest.values()), bits(&picked));
        let best = values.iter().position(|x| !values.iter().any(|y| y < x) && !x.is_nan());
        prop_assert_eq!(arg_min(&row(&values)), [best.unwrap_or(0) as u32]);
    }

    #[test]
    fn quantiles_interpolate_the_sorted_row(values in values(), q in 0.0..=1.0_f32) {
        for q in [q, 0.0, 0.5, 1.0] {
            let found = quantile(&row(&values), q).values()[0];
            let expected = naive_quantile(&values, q);
            prop_assert!(found == expected || (found.is_nan() && expected.is_nan()), "{found} {expected}");
        }
    }
}

/// `numpy.quantile(numpy.array(row, "f8"), q)`, rounded to 32 bits.
#[test]
fn quantiles_are_numpys() {
    let values = [3.5, -1.25, 8.0, 0.1, 2.0, 2.0, -7.75];
    let cases = [
        (0.0_f32, -7.75),
        (0.1_f32, -3.85),
        (0.25_f32, -0.575),
        (0.4_f32, 0.860_000_1),
        (0.5_f32, 2.0),
        (0.75_f32, 2.75),
        (0.9_f32, 5.299_999),
        (0.99_f32, 7.730_000_5),
        (1.0_f32, 8.0),
    ];
    for (q, expected) in cases {
        assert_eq!(quantile(&row(&values), q).values(), [expected], "{q}");
    }
    assert_eq!(quantile(&row(&[INF, INF]), 0.5).values(), [INF]);
}

#[test]
fn every_row_is_ordered_by_itself() {
    let tensor = Tensor::new(vec![2, 3], vec![2.0, 1.0, 3.0, -1.0, 5.0, 0.0]);
    assert_eq!(sort(&tensor, Direction::Descending).values(), [3.0, 2.0, 1.0, 5.0, 0.0, -1.0]);
    assert_eq!(arg_sort(&tensor, Direction::Ascending), [1, 0, 2, 0, 2, 1]);
    let (largest, positions) = top_k(&tensor, 2);
    assert_eq!((largest.shape(), largest.values()), (&[2, 2][..], &[3.0, 2.0, 5.0, 0.0][..]));
    assert_eq!(positions, [2, 0, 1, 2]);
    assert_eq!(quantile(&tensor, 0.5).values(), [2.0, 0.0]);
}

#[test]
fn empty_rows_and_tensors() {
    let none = Tensor::new(vec![0, 3], vec![]);
    assert_eq!(sort(&none, Direction::Ascending), none);
    assert_eq!(quantile(&none, 0.5).shape(), [0]);
    assert_eq!(top_k(&none, 2).0.shape(), [0, 2]);
    let empty = Tensor::new(vec![3, 0], vec![]);
    assert_eq!(arg_sort(&empty, Direction::Ascending), [0; 0]);
    assert_eq!(top_k(&empty, 0).0.shape(), [3, 0]);
    assert_eq!(cumulative_sum(&empty), empty);
    assert_eq!(top_k(&row(&[1.0]), 0), (Tensor::new(vec![0], vec![]), vec![]));
}

#[test]
fn running_sums_do_not_lose_small_values() {
    let tensor = Tensor::new(vec![2, 3], vec![1e8, 1.0, -1e8, 0.5, 0.25, f32::NAN]);
    let sums = cumulative_sum(&tensor);
    assert_eq!(sums.values()[..5], [1e8, 100_000_001.0, 1.0, 0.5, 0.75]);
    assert!(sums.values()[5].is_nan());
}
