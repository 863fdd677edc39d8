//! The reference contest's score, as its `mutual_information.py` computes it (not as the paper
//! defines it).
//!
//! For two hyper-parameters u and v, every ordered pair of models, a model with itself included,
//! falls into the slot of the four values that the two models have. Within a slot, the score asks
//! how much the sign of the difference of predictions tells about the sign of the difference of
//! generalization gaps: the mean over slots of their mutual information, by the mean entropy of
//! the gap's sign. The task's score is the least over all ordered sets (u, v).
//!
//! A tie, a self-pair and any comparison with NaN count as "not greater". A slot without pairs is
//! NaN and makes its set NaN. Sums run in the scorer's order, and the logarithm is a vendored one,
//! so the same input gives the same bits on every machine.

use crate::slots::SetSlots;
use crate::{Predictions, Reference};

/// Added to a share before its logarithm, in the entropy only, for rows that are zero.
const LOG_GUARD: f64 = 1e-12;

/// A task's score.
#[derive(Debug, Clone, PartialEq)]
pub struct Pgdl {
    /// The least score of the sets, or infinity where there are fewer than two
    /// hyper-parameters. A set that is NaN makes the minimum start anew after it.
    pub score: f64,
    /// Every ordered set, in the order of evaluation.
    pub sets: Vec<SetScore>,
}

/// The score of one ordered set of hyper-parameters, 0 to about 1.
#[derive(Debug, Clone, PartialEq)]
pub struct SetScore {
    /// Name of the first hyper-parameter.
    pub u: String,
    /// Name of the second.
    pub v: String,
    /// Mean mutual information by mean entropy over the slots.
    pub score: f64,
}

/// Scores predictions without asking whether they fit the reference ([`check`](crate::check)
/// does): pairs of which one model has no value are skipped. Two inputs that stop the official
/// program with an error have a value here: `EXCEEDED` counts as no value, and a hyper-parameter
/// without possible values has no slots, which is NaN.
pub fn pgdl_2020(reference: &Reference, predictions: &Predictions) -> Pgdl {
    let outcomes = Outcomes::new(reference, &predictions.aligned(reference));
    let names = reference.hyperparameters();
    let sets: Vec<SetScore> = reference
        .sets()
        .iter()
        .map(|set| SetScore {
            u: names[set.u].name.clone(),
            v: names[set.v].name.clone(),
            score: set_score(set, &outcomes, |_, _| 1.0),
        })
        .collect();
    Pgdl { score: least(sets.iter().map(|set| set.score)), sets }
}

/// The score of one list of values, in the reference's order of models.
pub(crate) fn score_of(reference: &Reference, values: &[Option<f64>]) -> f64 {
    weighted_score(reference, &Outcomes::new(reference, values), |_, _| 1.0)
}

/// The score when the pair of models at two positions counts `weight` times.
pub(crate) fn weighted_score(
    reference: &Reference,
    outcomes: &Outcomes,
    weight: impl Fn(usize, usize) -> f64,
) -> f64 {
    let score = |set| set_score(set, outcomes, &weight);
    least(reference.sets().iter().map(score))
}

/// Python's `min(x, best)` in turn: a NaN replaces the best, and whatever follows replaces NaN.
fn least(scores: impl Iterator<Item = f64>) -> f64 {
    scores.fold(f64::INFINITY, |best, x| if best < x { best } else { x })
}

/// The cell of a pair that is skipped because one model has no prediction.
const SKIPPED: u8 = 4;

/// Where each ordered pair of models stands in the 2x2 table, which no set changes.
pub(crate) struct Outcomes {
    models: usize,
    /// `[models, models]`: row * 2 + column, where row (gap) and column (prediction) are 0 for
    /// "greater" and 1 otherwise; or [`SKIPPED`].
    cells: Vec<u8>,
}

impl Outcomes {
    /// From values in the reference's order of models.
    pub(crate) fn new(reference: &Reference, values: &[Option<f64>]) -> Self {
        let gaps: Vec<f64> = reference.models().iter().map(crate::Model::gap).collect();
        let mut cells = Vec::with_capacity(gaps.len() * gaps.len());
        for (gap1, value1) in gaps.iter().zip(values) {
            for (gap2, value2) in gaps.iter().zip(values) {
                cells.push(match (value1, value2) {
                    (Some(value1), Some(value2)) => match (gap1 > gap2, value1 > value2) {
                        (true, true) => 0,
                        (true, false) => 1,
                        (false, true) => 2,
                        (false, false) => 3,
                    },
                    _ => SKIPPED,
                });
            }
        }
        Self { models: gaps.len(), cells }
    }
}

/// The 2x2 table of every slot, row by row. Pairs are gathered by their classes first: there are
/// far fewer pairs of classes than of models. Counts are whole numbers, so the order in which
/// they are added does not matter.
fn tables(
    set: &SetSlots,
    outcomes: &Outcomes,
    weight: impl Fn(usize, usize) -> f64,
) -> Vec<[f64; 4]> {
    // Room for the skipped pairs too, so that the inner loop does not branch.
    let mut by_class = vec![[0.0_f64; 5]; set.width * set.width];
    let rows = outcomes.cells.chunks_exact(outcomes.models.max(1));
    for (first, (class, row)) in set.classes.iter().zip(rows).enumerate() {
        let by_class = &mut by_class[class * set.width..][..set.width];
        for (second, (class, cell)) in set.classes.iter().zip(row).enumerate() {
            by_class[*class][usize::from(*cell)] += weight(first, second);
        }
    }
    let mut tables = vec![[0.0; 4]; set.count];
    for (slot, counts) in set.slots.iter().zip(&by_class) {
        if let Some(slot) = slot {
            for (sum, count) in tables[*slot].iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }
    tables
}

fn set_score(set: &SetSlots, outcomes: &Outcomes, weight: impl Fn(usize, usize) -> f64) -> f64 {
    let (mut information, mut entropy) = (0.0, 0.0);
    for table in tables(set, outcomes, weight) {
        let (slot_information, slot_entropy) = slot_terms(table);
        information += slot_information;
        entropy += slot_entropy;
    }
    let slots = set.count as f64;
    (information / slots) / (entropy / slots)
}

/// Mutual information of row and column of a slot's table, and entropy of the row, in bits.
fn slot_terms(table: [f64; 4]) -> (f64, f64) {
    let [a, b, c, d] = table;
    let total = a + b + c + d;
    let rows = [a + b, c + d];
    let columns = [a + c, b + d];
    let mut information = 0.0;
    for (cell, count) in table.iter().enumerate() {
        let joint = count / total;
        if joint != 0.0 {
            let independent = (rows[cell / 2] / total) * (columns[cell % 2] / total);
            information += joint * libm::log2(joint / independent);
        }
    }
    let row_total = rows[0] + rows[1];
    let term = |row: f64| (row / row_total) * libm::log2(row / row_total + LOG_GUARD);
    (information, -(term(rows[0]) + term(rows[1])))
}
