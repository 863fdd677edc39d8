//! What a predictor that knows nothing scores on a task: the level that a score must clear.

use crate::Reference;
use crate::pgdl::score_of;
use crate::random::Stream;
use crate::summary::{mean_and_deviation, quantiles};

/// Scores of random predictors on one task.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChanceFloor {
    /// Mean score.
    pub mean: f64,
    /// Standard deviation of the scores.
    pub sd: f64,
    /// The score that 95 of 100 random predictors stay below.
    pub p95: f64,
}

/// Scores `draws` predictors that give every model an independent uniform number. A small task
/// has a real positive floor, because a few comparisons agree with the gaps by accident.
///
/// The same seed gives the same predictors. All three figures are NaN where the score is (an
/// incomplete grid) or `draws` is 0.
pub fn chance_floor(reference: &Reference, draws: usize, seed: u64) -> ChanceFloor {
    let models = reference.models().len() as u64;
    let scores: Vec<f64> = (0..draws as u64)
        .map(|draw| {
            let stream = Stream::new(seed, draw);
            let values: Vec<Option<f64>> =
                (0..models).map(|model| Some(stream.uniform(model))).collect();
            score_of(reference, &values)
        })
        .collect();
    let (mean, sd) = mean_and_deviation(&scores);
    let [p95] = quantiles(scores, [0.95]);
    ChanceFloor { mean, sd, p95 }
}
