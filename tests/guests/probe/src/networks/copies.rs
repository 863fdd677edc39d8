//! Copies with other weights, and training steps against the formula.

use assay_sdk::{Dataset, Descent, Error, Network, Objective, Parameter, ParameterRole, Tensor};

use super::EXAMPLES;
use super::derivatives::close;
use crate::check::{Checks, kind};

/// Networks alive at once: the measure's own and its copies.
const ALIVE: usize = 64;

pub(crate) fn copies(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let batch = dataset.batch(0, EXAMPLES.min(dataset.examples()))?;
    let logits = network.logits(&batch)?.to_vec();
    let same = network.with_parameters(&[])?.logits(&batch)?.to_vec();
    checks.same("a copy with nothing replaced", same, logits.clone())?;
    let kernel = network.parameters().find(|one| one.role == ParameterRole::Kernel);
    let Some(kernel) = kernel else { return Ok(()) };
    let (at, own) = (kernel.index(), kernel.value());
    let zeros = Tensor::full(&kernel.shape, 0.0);
    let blind = network.with_parameters(&[(at, &zeros)])?;
    for (copied, parameter) in blind.parameters().zip(network.parameters()) {
        let expected = if copied.index() == at { &zeros } else { &parameter.value() };
        checks.same("a copy's parameter", copied.value().to_vec(), expected.to_vec())?;
        match (copied.initial(), parameter.initial()) {
            (Ok(a), Ok(b)) => checks.same("a copy's initial value", a.to_vec(), b.to_vec())?,
            (a, b) => checks.same("no initial value either", a.is_ok(), b.is_ok())?,
        }
    }
    checks.same("layers of a copy", blind.layers().len(), network.layers().len())?;
    // Whatever enters, the first kernel makes nothing of it.
    let rows = blind.logits(&batch)?;
    let first = rows.slice(0, 0..1);
    checks.same("a copy computes with its own weights", (rows - first).abs().max(), 0.0)?;
    checks.same("the network is as before", network.logits(&batch)?.to_vec(), logits.clone())?;
    let restored = blind.with_parameters(&[(at, &own)])?;
    drop(blind);
    checks.same("a copy of a copy", restored.logits(&batch)?.to_vec(), logits)?;
    let refused = network.with_parameters(&[(at, &zeros), (at, &own)]);
    checks.refused("one parameter twice", refused, kind::ARGUMENT)?;
    let beyond = network.parameters().len() as u32;
    let refused = network.with_parameters(&[(beyond, &zeros)]);
    checks.refused("a parameter too many", refused, kind::RANGE)?;
    let refused = network.with_parameters(&[(at, &Tensor::full(&[1, 1, 1, 1, 1], 0.0))]);
    checks.refused("a parameter of another shape", refused, kind::SHAPE)?;
    drop(restored);
    populations(checks, network)
}

/// As many copies as may live, twice: dropped copies make room.
fn populations(checks: &mut Checks, network: &Network<'_>) -> Result<(), Error> {
    for _ in 0..2 {
        let copies: Result<Vec<_>, Error> =
            (1..ALIVE).map(|_| network.with_parameters(&[])).collect();
        checks.same("copies that may live", copies?.len(), ALIVE - 1)?;
    }
    let copies: Result<Vec<_>, Error> = (0..ALIVE).map(|_| network.with_parameters(&[])).collect();
    checks.refused("a copy too many", copies, kind::LARGE)
}

pub(crate) fn training(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let count = EXAMPLES.min(dataset.examples());
    let (examples, labels) = (dataset.batch(0, count)?, dataset.labels(0..count)?);
    let descent = Descent::new(0.01, count, 0);
    let still = network.train(&examples, &labels, &descent)?;
    for (trained, parameter) in still.parameters().zip(network.parameters()) {
        let values = parameter.value().to_vec();
        checks.same("no step changes nothing", trained.value().to_vec(), values)?;
    }
    // Batches of two: with three examples the second step takes the last one and the first again.
    let descent = Descent { momentum: 0.5, weight_decay: 0.125, ..Descent::new(0.01, 2, 2) };
    let mut weights = values(network);
    let mut velocities: Vec<Tensor> = weights.iter().map(|weight| weight * 0.0).collect();
    for step in 0..2 {
        let replacements: Vec<_> = (0..).zip(&weights).collect();
        let current = network.with_parameters(&replacements)?;
        let indices = [2 * step % count, (2 * step + 1) % count];
        let batch = examples.gather_rows(&indices);
        let labels = indices.map(|index| labels[index as usize]);
        let loss = Objective::CrossEntropy(&labels);
        let gradients = current.parameter_gradients(0, &batch, loss)?;
        for (parameter, gradient) in current.parameters().zip(gradients) {
            let at = parameter.index() as usize;
            let decay = if parameter.role == ParameterRole::Kernel { 0.125 } else { 0.0 };
            let gradient = gradient * 0.5 + &weights[at] * decay;
            velocities[at] = &velocities[at] * 0.5 + gradient;
            weights[at] = &weights[at] - &velocities[at] * 0.01;
        }
    }
    let trained = network.train(&examples, &labels, &descent)?;
    for (parameter, expected) in trained.parameters().zip(&weights) {
        close(checks, "two steps of descent", &parameter.value(), expected)?;
        moved(checks, &parameter, network)?;
    }
    refusals(checks, network, &examples, &labels, dataset.classes())
}

fn values(network: &Network<'_>) -> Vec<Tensor> {
    network.parameters().map(|parameter| parameter.value()).collect()
}

/// Moving statistics stay; kernels, which decay, do not.
fn moved(checks: &mut Checks, trained: &Parameter<'_>, network: &Network<'_>) -> Result<(), Error> {
    let Some(before) = network.parameters().find(|one| one.index() == trained.index()) else {
        return Err("check failed: a trained network has other parameters".into());
    };
    let change = (trained.value() - before.value()).abs().max();
    match trained.role {
        ParameterRole::MovingMean | ParameterRole::MovingVariance => {
            checks.same("moving statistics stay", change, 0.0)
        }
        ParameterRole::Kernel => checks.that("a kernel is trained", change > 0.0),
        _ => Ok(()),
    }
}

fn refusals(
    checks: &mut Checks,
    network: &Network<'_>,
    examples: &Tensor,
    labels: &[u32],
    classes: u32,
) -> Result<(), Error> {
    let plain = Descent::new(0.01, 1, 1);
    let train = |descent: Descent| network.train(examples, labels, &descent);
    let refused = train(Descent { batch_size: 0, ..plain });
    checks.refused("a batch size of 0", refused, kind::ARGUMENT)?;
    let refused = train(Descent { learning_rate: f32::NAN, ..plain });
    checks.refused("a rate that is no number", refused, kind::ARGUMENT)?;
    let refused = train(Descent { momentum: f32::INFINITY, ..plain });
    checks.refused("endless momentum", refused, kind::ARGUMENT)?;
    checks.refused("too many steps", train(Descent { steps: 100_001, ..plain }), kind::LARGE)?;
    let refused = network.train(examples, &labels[1..], &plain);
    checks.refused("a label too few", refused, kind::SHAPE)?;
    let refused = network.train(examples, &vec![classes; labels.len()], &plain);
    checks.refused("a label too large", refused, kind::RANGE)?;
    let refused = network.train(&examples.slice(0, 0..0), &[], &plain);
    checks.refused("no example", refused, kind::ARGUMENT)
}
