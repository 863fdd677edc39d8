//! How far a score would move if the task had other networks of the same kind.
//!
//! Resampling networks with replacement is the usual bootstrap, but the score wants a complete
//! grid: a network that is not drawn leaves slots empty, and an empty slot makes the score NaN.
//! So this is the Bayesian bootstrap (Rubin 1981): each draw gives every network a positive
//! weight, exponential with mean 1, and no slot ever empties. A comparison of two networks counts
//! with the product of their weights, one of a network with itself with its weight; so every
//! comparison counts 1 in expectation, as it does in the score. (Counting w^2 for the latter
//! would compare copies of a network with each other and double the share of ties.)
//!
//! Two cautions. Weighting lowers the effective number of networks, and mutual information
//! estimated from fewer pairs is larger; so the draws lie above the score on average, most of all
//! for small tasks and scores near the chance floor. [`Interval::mean`] shows by how much. And
//! two measures of one task share its networks, so overlapping intervals do not make them equal.

use crate::pgdl::{Outcomes, weighted_score};
use crate::random::Stream;
use crate::summary::{mean_and_deviation, quantiles};
use crate::{Predictions, Reference};

/// Where the middle 95 of 100 bootstrap scores lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5 % of the draws lie below.
    pub low: f64,
    /// 2.5 % of the draws lie above.
    pub high: f64,
    /// Mean of the draws; its distance to the score is the method's bias.
    pub mean: f64,
}

/// The percentile interval of `draws` bootstrap scores over networks. The same seed gives the
/// same weights for every measure, so that measures can be compared draw by draw.
///
/// NaN where the score itself is NaN (an incomplete grid, missing predictions) or `draws` is 0.
pub fn bootstrap(
    reference: &Reference,
    predictions: &Predictions,
    draws: usize,
    seed: u64,
) -> Interval {
    let outcomes = Outcomes::new(reference, &predictions.aligned(reference));
    let models = reference.models().len() as u64;
    let scores: Vec<f64> = (0..draws as u64)
        .map(|draw| {
            let stream = Stream::new(seed, draw);
            let weights: Vec<f64> =
                (0..models).map(|model| -libm::log(stream.uniform(model))).collect();
            weighted_score(reference, &outcomes, |first, second| {
                if first == second { weights[first] } else { weights[first] * weights[second] }
            })
        })
        .collect();
    let (mean, _) = mean_and_deviation(&scores);
    let [low, high] = quantiles(scores, [0.025, 0.975]);
    Interval { low, high, mean }
}
