//! Margins: how far a label's logit is above the largest other one, and how far that is in features.

use crate::statistics::{FeatureMoments, mean, trimmed_mean_of};
use crate::{Error, LayerKind, Network, Objective, Tap, Tensor};

/// Added to steepness and spread, so that neither divides by zero.
const TINY: f64 = 1e-7;
/// Share of the features that is left out at either end where their variances are averaged.
const TRIMMED: f64 = 0.05;

/// Margins of a batch, one for each example.
#[derive(Debug, Clone, Default)]
pub struct Margins {
    /// The label's logit minus the largest other: negative where the network is wrong.
    pub differences: Vec<f64>,
    /// L2 norm of the gradient of the difference with respect to the features at a tap.
    pub slopes: Vec<f64>,
}

impl Margins {
    /// Margins of a batch `[examples, ..input shape]`, with slopes for the activations at a tap; one
    /// pass and one gradient. Work: 4 × examples × the network's multiply-adds, and 3 × elements of the
    /// activations.
    ///
    /// # Errors
    /// Those of [`Network::gradients`].
    pub fn at(
        network: &Network<'_>,
        tap: Tap,
        inputs: &Tensor,
        labels: &[u32],
    ) -> Result<Self, Error> {
        let margin = Objective::Margin(labels);
        let gradient = network.gradients(0, inputs, margin, &[tap])?.remove(0);
        Ok(Self {
            differences: numbers(&network.objective(0, inputs, margin)?),
            slopes: numbers(&gradient.flatten_rows().l2_norm_axes(&[1])),
        })
    }

    /// First-order distances to the decision border: difference / (slope + `tiny`).
    pub fn distances(&self, tiny: f64) -> impl Iterator<Item = f64> + '_ {
        self.differences
            .iter()
            .zip(&self.slopes)
            .map(move |(margin, slope)| margin / (slope + tiny))
    }
}

/// The values of a tensor in 64 bits.
fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.to_vec().into_iter().map(f64::from).collect()
}

/// The first layer with a kernel: a convolution or a dense layer.
///
/// # Errors
/// A text of its own if there is none.
pub fn first_kernel(network: &Network<'_>) -> Result<u32, Error> {
    let kernel = |kind| matches!(kind, LayerKind::Conv2d | LayerKind::Dense);
    let found = (0..).zip(network.layers()).find(|(_, layer)| kernel(layer.kind));
    found.map(|(at, _)| at).ok_or_else(|| "no layer has a kernel".into())
}

/// The mean distance of examples to the decision border, measured at the output of the first layer with
/// a kernel and in units of those features' spread, the square root of the 5 %-trimmed mean of their
/// variances (Natekar and Sharma 2020, after Jiang et al. 2019). Batches are inputs and labels.
///
/// Work: about 4 to 5 × examples × the network's multiply-adds.
///
/// # Errors
/// Those of the batches and of [`Network::gradients`]; a text of its own if there is no example or no
/// kernel.
pub fn mean_at_first_kernel(
    network: &Network<'_>,
    batches: impl Iterator<Item = Result<(Tensor, Vec<u32>), Error>>,
) -> Result<f64, Error> {
    let tap = Tap::output(first_kernel(network)?);
    let mut distances = Vec::new();
    let mut moments = FeatureMoments::default();
    for batch in batches {
        let (inputs, labels) = batch?;
        for activation in network.activations(&inputs, &[tap])? {
            moments.add(&activation);
        }
        distances.extend(Margins::at(network, tap, &inputs, &labels)?.distances(TINY));
    }
    let variance = moments.variance().ok_or("there is no example")?;
    let spread = trimmed_mean_of(variance, TRIMMED).sqrt() + TINY;
    Ok(mean(&distances) / spread)
}

#[cfg(test)]
mod tests {
    use super::Margins;

    #[test]
    fn distances_keep_the_sign_of_the_difference() {
        let margins = Margins { differences: vec![3.0, -1.0], slopes: vec![1.5, 0.0] };
        assert_eq!(margins.distances(0.5).collect::<Vec<_>>(), [1.5, -2.0]);
    }
}
