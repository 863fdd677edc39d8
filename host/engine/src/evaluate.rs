//! Accuracy and loss of a network on a dataset.

use assay_network::Dataset;

use crate::cpu::activation::log_sum_exp;
use crate::cpu::reduce::arg_max;
use crate::forward::{forward, logits_tap};
use crate::{Lane, PreparedNetwork};

/// What a network gets right on a dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Examples whose largest logit is their label's; the first of equals counts.
    pub correct: usize,
    /// Examples in all.
    pub examples: usize,
    /// Mean cross-entropy of the softmax of the logits, in nats.
    pub loss: f64,
}

impl Evaluation {
    /// Share of examples that are right.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.examples as f64
    }
}

/// Examples of one pass: bounds the memory whatever the dataset's size.
const PASS: usize = 1024;

/// The network's input or output does not fit the dataset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the network takes {input:?} and gives {output:?}, the data has {shape:?} and {classes} classes"
)]
pub struct Misfit {
    input: Vec<usize>,
    output: Vec<usize>,
    shape: Vec<usize>,
    classes: u32,
}

/// Runs a network over a dataset.
pub fn evaluate(
    lane: &Lane,
    network: &PreparedNetwork,
    dataset: &Dataset,
) -> Result<Evaluation, Misfit> {
    let architecture = network.network().architecture();
    let classes = dataset.classes() as usize;
    if architecture.input() != dataset.shape() || architecture.output() != [classes] {
        return Err(Misfit {
            input: architecture.input().to_vec(),
            output: architecture.output().to_vec(),
            shape: dataset.shape().to_vec(),
            classes: dataset.classes(),
        });
    }
    let size: usize = dataset.shape().iter().product();
    let (mut correct, mut loss) = (0, 0.0);
    let passes = dataset.inputs().chunks(PASS * size).zip(dataset.labels().chunks(PASS));
    for (inputs, labels) in passes {
        let logits = forward(lane, network, inputs, &[logits_tap(network)]).swap_remove(0);
        for (row, label) in logits.chunks_exact(classes).zip(labels) {
            correct += usize::from(arg_max(row) == *label);
            loss += log_sum_exp(row) - f64::from(row[*label as usize]);
        }
    }
    let examples = dataset.examples();
    Ok(Evaluation { correct, examples, loss: loss / examples as f64 })
}
