//! Objectives and their gradients with respect to the logits, against loops in 64-bit floats.

use assay_sdk::{Dataset, Error, Network, Objective, Tap, Tensor};

use super::EXAMPLES;
use crate::check::{Checks, kind};

/// Room for 32-bit floats, as a share of the values: objectives add up some ten of them.
const CLOSE: f32 = 1e-5;

/// An objective's value, and its gradient with respect to each logit.
type Expected = (f64, Vec<f64>);
/// What is expected of the example at a position.
type Loop<'a> = &'a dyn Fn(usize) -> Expected;

pub(crate) fn objectives(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let examples = EXAMPLES.min(dataset.examples());
    let batch = dataset.batch(0, examples)?;
    let labels = dataset.labels(0..examples)?;
    let classes = dataset.classes();
    let logits = network.logits(&batch)?;
    let others: Vec<u32> = labels.iter().map(|label| (label + 1) % classes).collect();
    let pairs: Vec<(u32, u32)> = labels.iter().copied().zip(others.iter().copied()).collect();
    // Not probabilities that sum to 1: the formula does not ask for that.
    let target: Vec<f32> = (0..examples * classes).map(|at| (at % 7) as f32 / 8.0).collect();
    let target = Tensor::from_values(&[examples, classes], &target);
    let targets = floats(&target, classes);
    let rows = floats(&logits, classes);
    let cases: [(&str, Objective<'_>, Loop<'_>); 6] = [
        ("cotangent", Objective::Cotangent(&target), &|at| {
            let sum = rows[at].iter().zip(&targets[at]).map(|(z, t)| z * t).sum();
            (sum, targets[at].clone())
        }),
        ("cross-entropy", Objective::CrossEntropy(&labels), &|at| {
            soft_cross_entropy(&rows[at], &one_hot(labels[at], 1.0, classes))
        }),
        ("soft-cross-entropy", Objective::SoftCrossEntropy(&target), &|at| {
            soft_cross_entropy(&rows[at], &targets[at])
        }),
        ("squared-error", Objective::SquaredError(&target), &|at| {
            let off: Vec<f64> = rows[at].iter().zip(&targets[at]).map(|(z, t)| z - t).collect();
            (off.iter().map(|off| off * off).sum::<f64>() / 2.0, off)
        }),
        ("logit", Objective::Logit(&others), &|at| {
            (rows[at][others[at] as usize], one_hot(others[at], 1.0, classes))
        }),
        ("logit-difference", Objective::LogitDifference(&pairs), &|at| {
            difference(&rows[at], pairs[at])
        }),
    ];
    for (what, objective, expected) in cases {
        agrees(checks, what, network, &batch, objective, expected)?;
    }
    if classes > 1 {
        agrees(checks, "margin", network, &batch, Objective::Margin(&labels), &|at| {
            difference(&rows[at], (labels[at], largest_other(&rows[at], labels[at])))
        })?;
    }
    refusals(checks, network, &batch, &labels, classes)
}

/// Values and gradients at the end of the last layer.
fn agrees(
    checks: &mut Checks,
    what: &str,
    network: &Network<'_>,
    batch: &Tensor,
    objective: Objective<'_>,
    expected: Loop<'_>,
) -> Result<(), Error> {
    let values = network.objective(0, batch, objective)?;
    let last = network.layers().len() as u32 - 1;
    let gradient = network.gradients(0, batch, objective, &[Tap::output(last)])?.remove(0);
    let examples = batch.shape()[0];
    let (expected, gradients): (Vec<f64>, Vec<Vec<f64>>) =
        (0..examples as usize).map(expected).unzip();
    let narrow = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<_>>();
    let room = |values: &[f32]| CLOSE * values.iter().fold(1.0, |most, x| x.abs().max(most));
    // A small difference of large logits has their rounding.
    let scale = room(&network.logits(batch)?.to_vec());
    let expected = narrow(&expected);
    checks.tensor_within(what, &values, &[examples], &expected, room(&expected).max(scale))?;
    let gradients = narrow(&gradients.concat());
    let shape = network.logits(batch)?.shape();
    checks.tensor_within(what, &gradient, &shape, &gradients, room(&gradients))
}

fn refusals(
    checks: &mut Checks,
    network: &Network<'_>,
    batch: &Tensor,
    labels: &[u32],
    classes: u32,
) -> Result<(), Error> {
    let beyond = vec![classes; labels.len()];
    let objective = |objective| network.objective(0, batch, objective);
    checks.refused("a class too many", objective(Objective::CrossEntropy(&beyond)), kind::RANGE)?;
    let pairs: Vec<_> = labels.iter().map(|label| (*label, classes)).collect();
    let refused = objective(Objective::LogitDifference(&pairs));
    checks.refused("a second class too many", refused, kind::RANGE)?;
    let few = &labels[1..];
    checks.refused("a label too few", objective(Objective::Logit(few)), kind::SHAPE)?;
    let narrow = Tensor::full(&[batch.shape()[0], classes + 1], 0.0);
    let refused = objective(Objective::SquaredError(&narrow));
    checks.refused("a target of another shape", refused, kind::SHAPE)?;
    let layers = network.layers().len() as u32;
    let objective = Objective::Logit(labels);
    let refused = network.objective(layers, batch, objective);
    checks.refused("an objective from a layer too many", refused, kind::RANGE)?;
    let refused = network.gradients(0, batch, objective, &[]);
    checks.refused("gradients at no tap", refused, kind::ARGUMENT)?;
    let refused = network.gradients(0, batch, objective, &[Tap::output(layers)]);
    checks.refused("gradients at a layer too many", refused, kind::RANGE)
}

fn floats(tensor: &Tensor, row: u32) -> Vec<Vec<f64>> {
    let values = tensor.to_vec();
    let rows = values.chunks(row as usize);
    rows.map(|row| row.iter().map(|value| f64::from(*value)).collect()).collect()
}

fn one_hot(class: u32, value: f64, classes: u32) -> Vec<f64> {
    (0..classes).map(|other| if other == class { value } else { 0.0 }).collect()
}

fn soft_cross_entropy(logits: &[f64], target: &[f64]) -> Expected {
    let largest = logits.iter().fold(f64::NEG_INFINITY, |most, z| most.max(*z));
    let sum: f64 = logits.iter().map(|z| (z - largest).exp()).sum();
    let log_sum = largest + sum.ln();
    let value = logits.iter().zip(target).map(|(z, t)| t * (log_sum - z)).sum();
    let whole: f64 = target.iter().sum();
    let gradient =
        logits.iter().zip(target).map(|(z, t)| whole * (z - log_sum).exp() - t).collect();
    (value, gradient)
}

fn difference(logits: &[f64], (first, second): (u32, u32)) -> Expected {
    let ones = one_hot(first, 1.0, logits.len() as u32);
    let other = one_hot(second, -1.0, logits.len() as u32);
    let gradient = ones.iter().zip(other).map(|(a, b)| a + b).collect();
    (logits[first as usize] - logits[second as usize], gradient)
}

/// The first of the largest logits that are not the label's.
fn largest_other(logits: &[f64], label: u32) -> u32 {
    let others = (0..).zip(logits).filter(|(class, _)| *class != label);
    let larger = |best: (u32, f64), (class, z): (u32, &f64)| {
        if *z > best.1 { (class, *z) } else { best }
    };
    others.fold((0, f64::NEG_INFINITY), larger).0
}
