//! Orders along the last axis: sort, ranking, extremes, quantiles, and running sums.
//!
//! Floats are compared as integers whose order is that of the documentation: -0 before +0, NaN (all
//! of them equal) after everything. With the position below the key, equals keep their order under
//! any sorting algorithm.

use assay_call::Direction;

use crate::Tensor;

/// The key of every NaN: above that of infinity.
const NAN_KEY: u32 = u32::MAX;
const SIGN: u32 = 1 << 31;

/// Sorts each row.
pub(crate) fn sort(tensor: &Tensor, direction: Direction) -> Tensor {
    let mut values = Vec::with_capacity(tensor.values().len());
    let mut keys = Vec::new();
    for row in rows(tensor) {
        keys.clear();
        keys.extend(row.iter().map(|value| directed(key(*value), direction)));
        keys.sort_unstable();
        values.extend(keys.iter().map(|key| value(directed(*key, direction))));
    }
    Tensor::new(tensor.shape().to_vec(), values)
}

/// Positions that sort each row, row by row; equals keep their order.
pub(crate) fn arg_sort(tensor: &Tensor, direction: Direction) -> Vec<u32> {
    let mut positions = Vec::with_capacity(tensor.values().len());
    let mut pairs = Vec::new();
    for row in rows(tensor) {
        pairs.clear();
        pairs.extend(placed(row, |value| directed(key(value), direction)));
        pairs.sort_unstable();
        positions.extend(pairs.iter().map(|pair| *pair as u32));
    }
    positions
}

/// The `k` largest values of each row, largest first, `[.., k]`, and their positions. Of equals (-0
/// and +0 among them, as in `arg_max`) the first counts as larger, and NaN as smaller than anything.
pub(crate) fn top_k(tensor: &Tensor, k: usize) -> (Tensor, Vec<u32>) {
    let mut shape = tensor.shape().to_vec();
    shape.pop();
    let count = shape.iter().product::<usize>() * k;
    shape.push(k);
    let (mut values, mut positions) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut pairs: Vec<u64> = Vec::new();
    for row in rows(tensor).filter(|_| k > 0) {
        pairs.clear();
        pairs.extend(placed(row, |value| !rank(value)));
        if k < pairs.len() {
            pairs.select_nth_unstable(k - 1);
            pairs.truncate(k);
        }
        pairs.sort_unstable();
        values.extend(pairs.iter().map(|pair| row[*pair as u32 as usize]));
        positions.extend(pairs.iter().map(|pair| *pair as u32));
    }
    (Tensor::new(shape, values), positions)
}

/// Position of the smallest value of each row; the first of equals, NaN above everything.
pub(crate) fn arg_min(tensor: &Tensor) -> Vec<u32> {
    rows(tensor).map(row_arg_min).collect()
}

fn row_arg_min(row: &[f32]) -> u32 {
    let mut best = 0;
    for (at, value) in row.iter().enumerate() {
        let current: f32 = row[best];
        if *value < current || (current.is_nan() && !value.is_nan()) {
            best = at;
        }
    }
    best as u32
}

/// The quantile `q` (0 to 1) of each row, which vanishes from the shape: between the values around
/// position `q (length - 1)` of the sorted row it interpolates linearly, in 64-bit floats. NaN if the
/// row holds a NaN.
pub(crate) fn quantile(tensor: &Tensor, q: f32) -> Tensor {
    let mut shape = tensor.shape().to_vec();
    shape.pop();
    let mut keys = Vec::new();
    let values: Vec<f32> = rows(tensor)
        .map(|row| {
            keys.clear();
            keys.extend(row.iter().map(|value| key(*value)));
            row_quantile(&mut keys, f64::from(q))
        })
        .collect();
    Tensor::new(shape, values)
}

fn row_quantile(keys: &mut [u32], q: f64) -> f32 {
    if keys.contains(&NAN_KEY) {
        return f32::NAN;
    }
    let position = q * (keys.len() - 1) as f64;
    let (_, below, above) = keys.select_nth_unstable(position as usize);
    let below = value(*below);
    let share = position - position.floor();
    let Some(above) = above.iter().min().map(|key| value(*key)) else { return below };
    // Equal neighbours are the answer, also where both are infinite and their difference is NaN.
    if share == 0.0 || above == below {
        return below;
    }
    let (below, above) = (f64::from(below), f64::from(above));
    (below + (above - below) * share) as f32
}

/// Sums up to and with each position, in order, in 64-bit floats.
pub(crate) fn cumulative_sum(tensor: &Tensor) -> Tensor {
    let mut values = Vec::with_capacity(tensor.values().len());
    for row in rows(tensor) {
        let mut sum = 0.0_f64;
        values.extend(row.iter().map(|value| {
            sum += f64::from(*value);
            sum as f32
        }));
    }
    Tensor::new(tensor.shape().to_vec(), values)
}

/// Rows along the last axis; none if they are empty.
fn rows(tensor: &Tensor) -> std::slice::ChunksExact<'_, f32> {
    tensor.values().chunks_exact(tensor.shape().last().copied().unwrap_or(1).max(1))
}

/// An integer that orders as the value does.
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    match (value.is_nan(), bits & SIGN != 0) {
        (true, _) => NAN_KEY,
        (_, true) => !bits,
        (_, false) => bits | SIGN,
    }
}

/// The value of a key.
fn value(key: u32) -> f32 {
    match key {
        NAN_KEY => f32::NAN,
        _ if key & SIGN != 0 => f32::from_bits(key ^ SIGN),
        _ => f32::from_bits(!key),
    }
}

/// A key for rankings: zeros are equal, NaN is below everything.
fn rank(value: f32) -> u32 {
    if value.is_nan() { 0 } else { key(if value == 0.0 { 0.0 } else { value }) }
}

/// A key for one of the two directions, or back.
fn directed(key: u32, direction: Direction) -> u32 {
    match direction {
        Direction::Ascending => key,
        Direction::Descending => !key,
    }
}

/// Keys with their positions below them.
fn placed(row: &[f32], key: impl Fn(f32) -> u32) -> impl Iterator<Item = u64> {
    row.iter().zip(0_u64..).map(move |(value, at)| u64::from(key(*value)) << 32 | at)
}

#[cfg(test)]
mod tests;
