//! What a network predicts, and how much that changes when the examples do.

use crate::{Error, Network, Tensor};

/// Predictions for a batch, one for each example.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Predictions {
    /// The predicted class; of equal logits the first.
    pub classes: Vec<u32>,
    /// The predicted class's probability by the softmax.
    pub probabilities: Vec<f64>,
}

impl Predictions {
    /// Predictions for `[examples, ..input shape]`. Work: examples × the network's multiply-adds.
    ///
    /// # Errors
    /// Those of [`Network::logits`].
    pub fn of(network: &Network<'_>, inputs: &Tensor) -> Result<Self, Error> {
        let logits = network.logits(inputs)?;
        let probabilities = logits.softmax().max_axes(&[1]).to_vec();
        Ok(Self {
            classes: logits.arg_max(),
            probabilities: probabilities.into_iter().map(f64::from).collect(),
        })
    }

    /// The sum over examples of the change of the probability where both predict one class, and of
    /// `flip` where they do not (Aithal et al., arXiv 2101.06459).
    ///
    /// ```
    /// # use assay_sdk::predictions::Predictions;
    /// let before = Predictions { classes: vec![3, 5], probabilities: vec![0.75, 0.5] };
    /// let after = Predictions { classes: vec![3, 1], probabilities: vec![0.5, 0.5] };
    /// assert_eq!(before.penalty(&after, 6.0), 6.25);
    /// ```
    pub fn penalty(&self, other: &Self, flip: f64) -> f64 {
        let before = self.classes.iter().zip(&self.probabilities);
        let after = other.classes.iter().zip(&other.probabilities);
        let penalty = |((class, probability), (changed, then)): ((&u32, &f64), (&u32, &f64))| {
            if class == changed { (probability - then).abs() } else { flip }
        };
        before.zip(after).map(penalty).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Predictions;

    #[test]
    fn a_penalty_is_symmetric_and_counts_every_example() {
        let one = Predictions { classes: vec![0, 1, 2], probabilities: vec![1.0, 0.5, 0.25] };
        let two = Predictions { classes: vec![0, 2, 2], probabilities: vec![0.5, 0.5, 0.5] };
        assert_eq!(one.penalty(&two, 2.0), 0.5 + 2.0 + 0.25);
        assert_eq!(one.penalty(&two, 2.0), two.penalty(&one, 2.0));
        assert_eq!(one.penalty(&one, 2.0), 0.0);
    }
}
