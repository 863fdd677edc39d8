//! Differences of the reference, and what counts as agreement with them.

/// Step of central differences: their error is near 1e-10 of the third derivative.
pub(crate) const STEP: f64 = 1e-5;
/// Step of second differences: their error is near 1e-8 of the fourth derivative, and rounding adds as
/// much.
pub(crate) const SECOND_STEP: f64 = 1e-4;
/// Error of 32-bit derivatives, relative to the largest element of the array.
const TOLERANCE: f64 = 2e-5;

pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// `x + step * change`.
pub(crate) fn moved(x: &[f64], change: &[f32], step: f64) -> Vec<f64> {
    assert_eq!(x.len(), change.len());
    x.iter().zip(change).map(|(x, change)| x + step * f64::from(*change)).collect()
}

/// Asserts that two arrays agree, relative to the expected array's largest element.
pub(crate) fn close(found: &[f32], expected: &[f64], what: &str) {
    close_over(1e-8, found, expected, what);
}

/// The same, where the differences themselves have an error of up to `floor`.
pub(crate) fn close_over(floor: f64, found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(*found) - expected).abs();
        assert!(error <= TOLERANCE * largest + floor, "{what} [{at}]: {found} {expected}");
    }
}

/// Central differences of a function of one array.
pub(crate) fn differences(x: &[f64], mut function: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    let mut slopes = Vec::new();
    for (at, held) in x.iter().enumerate() {
        moved[at] = held + STEP;
        let above = function(&moved);
        moved[at] = held - STEP;
        let below = function(&moved);
        moved[at] = *held;
        slopes.push((above - below) / (2.0 * STEP));
    }
    slopes
}

/// The sum of the products of two arrays, and the sum of their magnitudes.
pub(crate) fn product(a: &[f32], b: &[f32]) -> (f64, f64) {
    assert_eq!(a.len(), b.len());
    let terms = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
    terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
}
