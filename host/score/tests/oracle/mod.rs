//! The score by the letter of the published procedure: texts, dictionaries and loops, no
//! shortcuts. Slow on purpose; it shares no code with the scorer.

#![allow(
    clippy::bool_to_int_with_if,
    clippy::needless_range_loop,
    reason = "the text follows the published procedure, not Rust's habits"
)]

use std::collections::BTreeMap;

use assay_score::{Prediction, Predictions, Reference};

/// The score and every ordered set's score.
pub(crate) fn score(reference: &Reference, predictions: &Predictions) -> (f64, Vec<f64>) {
    let axes = reference.hyperparameters();
    let mut best = f64::INFINITY;
    let mut sets = Vec::new();
    for u in axes {
        for v in axes {
            if u.name == v.name {
                continue;
            }
            let u_texts: Vec<String> = u.possible_values.iter().map(ToString::to_string).collect();
            let v_texts: Vec<String> = v.possible_values.iter().map(ToString::to_string).collect();
            let mut slots = Vec::new();
            for a in &u_texts {
                for b in &u_texts {
                    for c in &v_texts {
                        for d in &v_texts {
                            slots.push(format!("{a}{b}{c}{d}"));
                        }
                    }
                }
            }
            let mut index = BTreeMap::new();
            for (position, slot) in slots.iter().enumerate() {
                index.insert(slot.clone(), position);
            }
            let table = fill(reference, predictions, (&u.name, &v.name), &index, slots.len());
            let x = total(&table);
            best = if best < x { best } else { x };
            sets.push(x);
        }
    }
    (best, sets)
}

fn fill(
    reference: &Reference,
    predictions: &Predictions,
    (u, v): (&str, &str),
    index: &BTreeMap<String, usize>,
    slots: usize,
) -> Vec<[[f64; 2]; 2]> {
    let mut table = vec![[[0.0; 2]; 2]; slots];
    for first in reference.models() {
        for second in reference.models() {
            let Some(Prediction::Value(p1)) = predictions.get(first.name()) else {
                continue;
            };
            let Some(Prediction::Value(p2)) = predictions.get(second.name()) else {
                continue;
            };
            let texts = [first.value(u), second.value(u), first.value(v), second.value(v)];
            if texts.iter().any(Option::is_none) {
                continue;
            }
            let key: String = texts.iter().flatten().map(ToString::to_string).collect();
            let Some(slot) = index.get(&key) else {
                continue;
            };
            let m1 = first.metrics();
            let m2 = second.metrics();
            let gap_greater = m1.train_acc - m1.test_acc > m2.train_acc - m2.test_acc;
            let row = if gap_greater { 0 } else { 1 };
            let column = if p1 > p2 { 0 } else { 1 };
            table[*slot][row][column] += 1.0;
        }
    }
    table
}

fn total(table: &[[[f64; 2]; 2]]) -> f64 {
    let mut information = 0.0;
    let mut entropy = 0.0;
    for slot in table {
        let n: f64 = slot[0][0] + slot[0][1] + slot[1][0] + slot[1][1];
        for i in 0..2 {
            let row = (slot[i][0] + slot[i][1]) / n;
            entropy -= row * (row + 1e-12).log2();
            for j in 0..2 {
                let column = (slot[0][j] + slot[1][j]) / n;
                let joint = slot[i][j] / n;
                if joint > 0.0 || joint.is_nan() {
                    information += joint * (joint / (row * column)).log2();
                }
            }
        }
    }
    (information / table.len() as f64) / (entropy / table.len() as f64)
}
