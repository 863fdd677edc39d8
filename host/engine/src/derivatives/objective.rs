//! Functions of the logits, with their derivatives: 64-bit floats in the order of the classes, rounded
//! once.

use std::ops::Range;

use super::classes;
use crate::forward::{forward_from, logits_tap};
use crate::{Lane, PreparedNetwork};

/// A function of the logits, one number for each example.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective<'a> {
    /// The sum of the logits times these numbers, `[examples, classes]`.
    Cotangent(&'a [f32]),
    /// Cross-entropy of the softmax of the logits with a label, in nats.
    CrossEntropy(&'a [u32]),
    /// Cross-entropy of the softmax of the logits with probabilities `[examples, classes]`, in nats.
    SoftCrossEntropy(&'a [f32]),
    /// Half the squared distance of the logits from `[examples, classes]`.
    SquaredError(&'a [f32]),
    /// One class's logit.
    Logit(&'a [u32]),
    /// The first class's logit minus the second's.
    LogitDifference(&'a [(u32, u32)]),
    /// The label's logit minus the largest other; of equal others the first counts.
    Margin(&'a [u32]),
}

/// Values of an objective, `[examples]`: `batch` is what layer `layer` takes, row-major,
/// `[examples, ..input]`.
pub fn objective(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
) -> Vec<f32> {
    let logits = forward_from(lane, network, layer, batch, &[logits_tap(network)]).swap_remove(0);
    objective.values(&logits, classes(network))
}

impl<'a> Objective<'a> {
    /// The objective of some of the examples; `classes` is the number of logits of each.
    pub fn part(&self, examples: Range<usize>, classes: usize) -> Self {
        let rows = |values: &'a [f32]| &values[examples.start * classes..examples.end * classes];
        match self {
            Self::Cotangent(values) => Self::Cotangent(rows(values)),
            Self::CrossEntropy(labels) => Self::CrossEntropy(&labels[examples]),
            Self::SoftCrossEntropy(values) => Self::SoftCrossEntropy(rows(values)),
            Self::SquaredError(values) => Self::SquaredError(rows(values)),
            Self::Logit(labels) => Self::Logit(&labels[examples]),
            Self::LogitDifference(pairs) => Self::LogitDifference(&pairs[examples]),
            Self::Margin(labels) => Self::Margin(&labels[examples]),
        }
    }

    /// Values at `logits [examples, classes]`, one for each example.
    pub fn values(&self, logits: &[f32], classes: usize) -> Vec<f32> {
        let rows = logits.chunks_exact(classes).enumerate();
        rows.map(|(example, row)| self.value(row, example) as f32).collect()
    }

    /// Value at one example's logits.
    fn value(&self, row: &[f32], example: usize) -> f64 {
        let at = |class: u32| f64::from(row[class as usize]);
        let given = |values: &'a [f32]| {
            let values = &values[example * row.len()..][..row.len()];
            row.iter().zip(values).map(|(z, value)| (f64::from(*z), f64::from(*value)))
        };
        match self {
            Self::Cotangent(values) => given(values).map(|(z, c)| z * c).sum(),
            Self::CrossEntropy(labels) => {
                let (largest, excess) = log_sum_exp(row);
                (largest - at(labels[example])) + excess
            }
            Self::SoftCrossEntropy(values) => {
                let (largest, excess) = log_sum_exp(row);
                given(values).map(|(z, p)| p * ((largest - z) + excess)).sum()
            }
            Self::SquaredError(values) => {
                0.5 * given(values).map(|(z, t)| (z - t) * (z - t)).sum::<f64>()
            }
            Self::Logit(labels) => at(labels[example]),
            Self::LogitDifference(pairs) => at(pairs[example].0) - at(pairs[example].1),
            Self::Margin(labels) => {
                at(labels[example]) - at(largest_other(row, labels[example]) as u32)
            }
        }
    }

    /// Derivatives with respect to `logits [examples, classes]`, of their shape.
    pub fn cotangents(&self, logits: &[f32], classes: usize) -> Vec<f32> {
        let mut all = vec![0.0; logits.len()];
        let rows = logits.chunks_exact(classes).zip(all.chunks_exact_mut(classes));
        for (example, (row, slots)) in rows.enumerate() {
            self.cotangent(row, example, slots);
        }
        all
    }

    /// How the derivatives change along a tangent of `logits [examples, classes]`: second derivatives
    /// times the tangent, of their shape. Nothing where the objective is straight.
    pub(super) fn curvature(
        &self,
        logits: &[f32],
        tangent: &[f32],
        classes: usize,
    ) -> Option<Vec<f32>> {
        let total = |example: usize| match self {
            Self::SoftCrossEntropy(values) => {
                let own = &values[example * classes..][..classes];
                own.iter().map(|value| f64::from(*value)).sum()
            }
            _ => 1.0,
        };
        match self {
            Self::Cotangent(_) | Self::Logit(_) | Self::LogitDifference(_) | Self::Margin(_) => {
                None
            }
            Self::SquaredError(_) => Some(tangent.to_vec()),
            Self::CrossEntropy(_) | Self::SoftCrossEntropy(_) => {
                let rows = logits.chunks_exact(classes).zip(tangent.chunks_exact(classes));
                let bent = rows.enumerate().flat_map(|(example, (row, tangent))| {
                    bend_cross_entropy(row, tangent, total(example))
                });
                Some(bent.collect())
            }
        }
    }

    /// Derivative with respect to one example's logits; `slots` holds zeros.
    fn cotangent(&self, row: &[f32], example: usize, slots: &mut [f32]) {
        let given = |values: &'a [f32]| &values[example * row.len()..][..row.len()];
        match self {
            Self::Cotangent(values) => slots.copy_from_slice(given(values)),
            Self::CrossEntropy(labels) => cross_entropy(row, labels[example] as usize, slots),
            Self::SoftCrossEntropy(values) => {
                let total: f64 = given(values).iter().map(|value| f64::from(*value)).sum();
                let terms = softmax(row).into_iter().zip(given(values));
                for (slot, (probability, value)) in slots.iter_mut().zip(terms) {
                    *slot = (probability * total - f64::from(*value)) as f32;
                }
            }
            Self::SquaredError(values) => {
                for (slot, (z, target)) in slots.iter_mut().zip(row.iter().zip(given(values))) {
                    *slot = z - target;
                }
            }
            Self::Logit(labels) => slots[labels[example] as usize] = 1.0,
            Self::LogitDifference(pairs) => {
                let (plus, minus) = pairs[example];
                slots[plus as usize] += 1.0;
                slots[minus as usize] -= 1.0;
            }
            Self::Margin(labels) => {
                slots[labels[example] as usize] = 1.0;
                slots[largest_other(row, labels[example])] = -1.0;
            }
        }
    }
}

/// The softmax minus one at the label, which is minus the sum of the others: nothing cancels.
fn cross_entropy(row: &[f32], label: usize, slots: &mut [f32]) {
    let probabilities = softmax(row);
    let mut others = 0.0;
    for (class, (slot, probability)) in slots.iter_mut().zip(&probabilities).enumerate() {
        if class != label {
            *slot = *probability as f32;
            others += probability;
        }
    }
    slots[label] = -others as f32;
}

/// `total * p (t - sum p t)` for the row's softmax `p` and a tangent `t`. Tangents count from that of the
/// largest logit: where its probability is almost one, nothing cancels.
fn bend_cross_entropy(row: &[f32], tangent: &[f32], total: f64) -> Vec<f32> {
    let origin = f64::from(tangent[largest_but(row, None)]);
    let p = softmax(row);
    let t = || tangent.iter().map(|t| f64::from(*t) - origin);
    let mean: f64 = p.iter().zip(t()).map(|(p, t)| p * t).sum();
    p.iter().zip(t()).map(|(p, t)| (total * p * (t - mean)) as f32).collect()
}

/// Position of the largest value; the first of equals, NaN below everything.
fn largest_but(row: &[f32], skipped: Option<usize>) -> usize {
    let mut best: Option<usize> = None;
    for at in (0..row.len()).filter(|at| Some(*at) != skipped) {
        let wins = |best: usize| row[at] > row[best] || (row[best].is_nan() && !row[at].is_nan());
        if best.is_none_or(wins) {
            best = Some(at);
        }
    }
    // A margin needs two classes, everything else one: checked before.
    best.unwrap_or(0)
}

fn largest_other(row: &[f32], label: u32) -> usize {
    largest_but(row, Some(label as usize))
}

/// `log(sum(exp(row)))` as its two terms: the largest value, and what the others add, which stays
/// exact where it is tiny.
fn log_sum_exp(row: &[f32]) -> (f64, f64) {
    let at = largest_but(row, None);
    let largest = f64::from(row[at]);
    let others = row.iter().enumerate().filter(|(index, _)| *index != at);
    let sum: f64 = others.map(|(_, value)| libm::exp(f64::from(*value) - largest)).sum();
    (largest, libm::log1p(sum))
}

fn softmax(row: &[f32]) -> Vec<f64> {
    let largest = f64::from(row[largest_but(row, None)]);
    let weights = row.iter().map(|value| libm::exp(f64::from(*value) - largest));
    let weights: Vec<f64> = weights.collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [1.0, 3.0, 3.0, 40.0, 0.0, -40.0];

    #[test]
    fn values_follow_their_definitions() {
        let at = |objective: Objective<'_>| objective.values(&LOGITS, 3);
        let given = [0.5, 0.25, 0.25, 1.0, 0.0, 0.0];
        assert_eq!(at(Objective::Cotangent(&given)), [2.0, 40.0]);
        assert_eq!(at(Objective::SquaredError(&[0.0, 3.0, 1.0, 40.0, 2.0, -40.0])), [2.5, 2.0]);
        assert_eq!(at(Objective::Logit(&[2, 0])), [3.0, 40.0]);
        assert_eq!(at(Objective::LogitDifference(&[(0, 1), (0, 2)])), [-2.0, 80.0]);
        assert_eq!(at(Objective::Margin(&[1, 1])), [0.0, -40.0]);
        let loss = (1.0 + 2.0 * 2.0_f64.exp()).ln() + 1.0;
        let entropy = at(Objective::CrossEntropy(&[1, 0]));
        assert!((f64::from(entropy[0]) - (loss - 3.0)).abs() < 1e-6);
        // A loss far below the rounding of the logits.
        assert!((f64::from(entropy[1]) - (-40.0_f64).exp()).abs() < 1e-24);
        let soft = at(Objective::SoftCrossEntropy(&given));
        assert!((f64::from(soft[0]) - (loss - 2.0)).abs() < 1e-6);
        assert_eq!(soft[1], entropy[1]);
    }

    #[test]
    fn ties_and_vanishing_probabilities() {
        let at = |objective: Objective<'_>| objective.cotangents(&LOGITS, 3);
        assert_eq!(at(Objective::Margin(&[0, 2])), [1.0, -1.0, 0.0, -1.0, 0.0, 1.0]);
        let same = Objective::LogitDifference(&[(1, 1), (2, 0)]);
        assert_eq!(at(same), [0.0, 0.0, 0.0, -1.0, 0.0, 1.0]);
        let gradient = at(Objective::CrossEntropy(&[1, 0]));
        assert_eq!(gradient[3], -gradient[4], "one minus almost one does not cancel");
        assert!((f64::from(gradient[4]) - (-40.0_f64).exp()).abs() < 1e-24);
    }

    #[test]
    fn curvature_is_exact_where_a_probability_is_almost_one() {
        let given = [0.0, 0.5, 0.0, 0.0, 0.5, 0.0];
        for (objective, total) in
            [(Objective::CrossEntropy(&[0, 1]), 1.0), (Objective::SoftCrossEntropy(&given), 0.5)]
        {
            let found = objective.curvature(&LOGITS, &[1.0, 0.0, 0.5, 0.3, 0.5, 1.0], 3).unwrap();
            // p = (1, e^-40, e^-80) but for 4e-18 of themselves.
            let small = f64::from(0.5_f32 - 0.3_f32) * (-40.0_f64).exp() * total;
            for (found, expected) in [(found[3], -small), (found[4], small)] {
                let error = (f64::from(found) - expected).abs() / small;
                assert!(error < 1e-6, "{found} {expected}");
            }
            // Second derivatives along the same change of every logit vanish: rows sum to zero.
            let sum: f64 = found[..3].iter().map(|value| f64::from(*value)).sum();
            assert!(sum.abs() < 1e-7);
        }
        assert!(Objective::Margin(&[0, 1]).curvature(&LOGITS, &LOGITS, 3).is_none());
    }

    #[test]
    fn a_part_is_the_same_examples() {
        let labels = [1, 0];
        let part = Objective::CrossEntropy(&labels).part(1..2, 3);
        assert_eq!(part, Objective::CrossEntropy(&[0]));
        let part = Objective::Cotangent(&LOGITS).part(1..2, 3);
        assert_eq!(part, Objective::Cotangent(&[40.0, 0.0, -40.0]));
    }
}
