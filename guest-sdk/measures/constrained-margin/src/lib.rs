//! How far inputs are from the decision border along the directions in which the data varies most
//! (Mouton et al. 2023).
//!
//! Begin with [`ConstrainedMargin`]; the README has the definition and the source. The directions are
//! in `principal`.

mod principal;

use assay_sdk::predictions::Predictions;
use assay_sdk::samples::Sample;
use assay_sdk::statistics::median;
use assay_sdk::{Dataset, Error, Measure, Network, Objective, Tap, Tensor, export_measure};

use crate::principal::Principal;

/// Examples that the directions are found from, or as many as there are.
const DATA: u32 = 1000;
/// Of these, so many are looked at if the network is right about them.
const EXAMPLES: usize = 500;
/// Steps towards the border.
const STEPS: u32 = 10;
/// Added to squared slopes, so that none divides by zero.
const TINY: f32 = 1e-12;
/// Which examples: one stream. The principal components begin from the next.
const STREAM: u64 = 0;

/// The measure.
#[derive(Debug)]
pub struct ConstrainedMargin;

impl Measure for ConstrainedMargin {
    const NAME: &str = "constrained-margin";
    const AUTHORS: &[&str] = &["Coenraad Mouton", "Marthinus W. Theunissen", "Marelie H. Davel"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let sample = Sample::shuffled(dataset, DATA, seed, STREAM)?;
        let data = sample.inputs(0..sample.len())?;
        let principal = Principal::of(&data.flatten_rows(), seed, STREAM + 1)?;
        let right = right(&Predictions::of(network, &data)?, &sample.labels);
        if right.is_empty() {
            return Err("the network is wrong about every example".into());
        }
        let labels: Vec<u32> = right.iter().map(|&at| sample.labels[at as usize]).collect();
        let distances = distances(network, &data.gather_rows(&right), &labels, &principal)?;
        Ok(-median(&distances))
    }
}

/// Positions of the first examples that are predicted as what they are.
fn right(predictions: &Predictions, labels: &[u32]) -> Vec<u32> {
    let both = (0..).zip(predictions.classes.iter().zip(labels));
    both.filter(|(_, (found, label))| found == label).map(|(at, _)| at).take(EXAMPLES).collect()
}

/// How far each example walks along the directions until it is at the border: Newton's steps on the
/// margin, whose gradient is projected, as DeepFool's.
fn distances(
    network: &Network<'_>,
    inputs: &Tensor,
    labels: &[u32],
    principal: &Principal,
) -> Result<Vec<f64>, Error> {
    let (shape, margin) = (inputs.shape(), Objective::Margin(labels));
    let rows = inputs.flatten_rows();
    let back = principal.directions.transpose();
    // Where each example is, seen from where it began, in coordinates of the directions.
    let mut walked = Tensor::full(&[shape[0], back.shape()[0]], 0.0);
    for _ in 0..STEPS {
        let here = (&rows + walked.matmul(&back)).reshape(&shape);
        let gradient = network.gradients(0, &here, margin, &[Tap::input(0)])?.remove(0);
        let slopes = gradient.flatten_rows().matmul(&principal.directions);
        let left = network.objective(0, &here, margin)?;
        let steps = left / (slopes.square().sum_axes(&[1]) + TINY);
        let steps = limited(slopes * steps.insert_axis(1), principal.reach);
        walked = walked - steps;
    }
    Ok(walked.l2_norm_axes(&[1]).to_vec().into_iter().map(f64::from).collect())
}

/// The steps, none longer than `longest`: where the network is flat, they would leave the data.
fn limited(steps: Tensor, longest: f32) -> Tensor {
    let scale = (longest / (steps.l2_norm_axes(&[1]) + TINY)).minimum(1.0);
    steps * scale.insert_axis(1)
}

export_measure!(ConstrainedMargin);

#[cfg(test)]
mod tests {
    use super::{Predictions, right};

    #[test]
    fn only_examples_that_are_predicted_right_count() {
        let predictions = Predictions { classes: vec![3, 1, 2], probabilities: vec![1.0; 3] };
        assert_eq!(right(&predictions, &[3, 0, 2]), [0, 2]);
    }
}
