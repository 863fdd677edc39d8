//! Correlations of value and gap: not the score, but what many people look at first.

use std::cmp::Ordering;

use crate::{Predictions, Reference};

/// Three correlations between a measure's value and the generalization gap over the models that
/// have a value. Each is NaN where it is undefined: fewer than two models, a constant, NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlations {
    /// Models compared.
    pub models: usize,
    /// Kendall's tau-b.
    pub kendall_tau: f64,
    /// Spearman's rho.
    pub spearman: f64,
    /// Pearson's r; NaN also when a value is infinite.
    pub pearson: f64,
}

/// The correlations between predictions and gaps.
pub fn correlations(reference: &Reference, predictions: &Predictions) -> Correlations {
    let pairs: Vec<(f64, f64)> = predictions
        .aligned(reference)
        .into_iter()
        .zip(reference.models())
        .filter_map(|(value, model)| Some((value?, model.gap())))
        .collect();
    Correlations {
        models: pairs.len(),
        kendall_tau: kendall_tau(&pairs),
        spearman: spearman(&pairs),
        pearson: pearson(&pairs),
    }
}

/// Kendall's tau-b: concordant minus discordant pairs, by the geometric mean of the pairs that
/// are not tied in the one and in the other. Infinities are ordinary values.
pub fn kendall_tau(pairs: &[(f64, f64)]) -> f64 {
    if any_nan(pairs) {
        return f64::NAN;
    }
    let (mut balance, mut untied_a, mut untied_b) = (0_i64, 0_i64, 0_i64);
    for (index, (a1, b1)) in pairs.iter().enumerate() {
        for (a2, b2) in &pairs[index + 1..] {
            let (a, b) = (sign(*a1, *a2), sign(*b1, *b2));
            balance += a * b;
            untied_a += a.abs();
            untied_b += b.abs();
        }
    }
    // One root of the product keeps a perfect order at exactly 1.
    balance as f64 / (untied_a as f64 * untied_b as f64).sqrt()
}

/// Spearman's rho: Pearson's r of the ranks, tied values sharing their mean rank.
pub fn spearman(pairs: &[(f64, f64)]) -> f64 {
    if any_nan(pairs) {
        return f64::NAN;
    }
    let ranks_a = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let ranks_b = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    pearson(&ranks_a.into_iter().zip(ranks_b).collect::<Vec<_>>())
}

/// Pearson's r, in two passes. Values are scaled by the largest of their kind first, so that
/// neither huge nor tiny ones leave the range of floats when squared.
pub fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let largest = |pick: fn(&(f64, f64)) -> f64| {
        pairs.iter().map(|pair| pick(pair).abs()).fold(0.0, f64::max)
    };
    let (scale_a, scale_b) = (largest(|pair| pair.0), largest(|pair| pair.1));
    let scaled = || pairs.iter().map(|(a, b)| (a / scale_a, b / scale_b));
    let count = pairs.len() as f64;
    let mean_a = scaled().map(|(a, _)| a).sum::<f64>() / count;
    let mean_b = scaled().map(|(_, b)| b).sum::<f64>() / count;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in scaled() {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    // A constant is undefined even where the rounding of its mean leaves something over.
    let varies = |pick: fn(&(f64, f64)) -> f64| pairs.iter().any(|p| pick(p) != pick(&pairs[0]));
    if varies(|pair| pair.0) && varies(|pair| pair.1) {
        (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0)
    } else {
        f64::NAN
    }
}

fn any_nan(pairs: &[(f64, f64)]) -> bool {
    pairs.iter().any(|(a, b)| a.is_nan() || b.is_nan())
}

fn sign(a: f64, b: f64) -> i64 {
    match a.partial_cmp(&b) {
        Some(Ordering::Greater) => 1,
        Some(Ordering::Less) => -1,
        _ => 0,
    }
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    // -0 and 0 are neighbours in the total order, so grouping by `==` ties them as it should.
    let mut first = 0;
    for group in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let last = first + group.len() - 1;
        for index in group {
            ranks[*index] = 1.0 + (first + last) as f64 / 2.0;
        }
        first = last + 1;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the 10 pairs 7 agree, 1 differs (the first two rows), one is tied in the first column
    /// and one in the second.
    const TIED: [(f64, f64); 5] = [(1.0, 2.0), (2.0, 1.0), (2.0, 3.0), (3.0, 4.0), (4.0, 4.0)];

    #[test]
    fn tau_b_counts_ties_on_both_sides() {
        assert!((kendall_tau(&TIED) - 6.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn spearman_uses_mean_ranks() {
        // Ranks 1, 2.5, 2.5, 4, 5 and 2, 1, 3, 4.5, 4.5: the products of their deviations from 3
        // sum to 7.5, the squares to 9.5 on both sides.
        assert!((spearman(&TIED) - 7.5 / 9.5).abs() < 1e-15);
    }

    #[test]
    fn pearson_survives_extreme_scales() {
        let line: Vec<_> = (0..5).map(|i| (f64::from(i) * 1e300, f64::from(i) * -1e-300)).collect();
        assert!((pearson(&line) + 1.0).abs() < 1e-15);
        // Deviations (-1, 0, 1) and (-1, 1, 0): 1 by 2.
        assert!((pearson(&[(1.0, 1.0), (2.0, 3.0), (3.0, 2.0)]) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn undefined_is_nan() {
        let undefined: [&[(f64, f64)]; 4] = [
            &[],
            &[(1.0, 2.0)],
            &[(0.1, 1.0), (0.1, 2.0), (0.1, 3.0)],
            &[(f64::NAN, 1.0), (0.1, 2.0)],
        ];
        for pairs in undefined {
            let found = [kendall_tau(pairs), spearman(pairs), pearson(pairs)];
            assert!(found.iter().all(|r| r.is_nan()), "{pairs:?}: {found:?}");
        }
        let infinite = [(f64::INFINITY, 2.0), (1.0, 1.0), (f64::NEG_INFINITY, 0.0)];
        assert_eq!((kendall_tau(&infinite), spearman(&infinite)), (1.0, 1.0));
        assert!(pearson(&infinite).is_nan());
    }
}
