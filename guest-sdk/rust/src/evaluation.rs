//! How a network does on some examples: for measures that change a network and look again.

use crate::{Batch, Dataset, Error, Network, Objective};

impl Dataset<'_> {
    /// The first `count` examples in the stored order, or all if there are fewer. Work: elements.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn first(&self, count: u32) -> Result<Batch, Error> {
        let count = count.min(self.examples());
        Ok(Batch { start: 0, inputs: self.batch(0, count)?, labels: self.labels(0..count)? })
    }
}

impl Batch {
    /// Number of examples.
    pub fn examples(&self) -> usize {
        self.labels.len()
    }

    /// Share of the examples whose label has the largest logit. Work: examples × the network's
    /// multiply-adds.
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network};
    /// # fn training_error(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f64, Error> {
    /// Ok(1.0 - dataset.first(1000)?.accuracy(network)?)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Network::logits`].
    pub fn accuracy(&self, network: &Network<'_>) -> Result<f64, Error> {
        Ok(share_of_equals(&network.logits(&self.inputs)?.arg_max(), &self.labels))
    }

    /// Mean cross-entropy in nats. Work: as [`accuracy`](Self::accuracy).
    ///
    /// # Errors
    /// As [`Network::objective`].
    pub fn loss(&self, network: &Network<'_>) -> Result<f64, Error> {
        let losses = network.objective(0, &self.inputs, Objective::CrossEntropy(&self.labels))?;
        Ok(f64::from(losses.mean()))
    }
}

/// NaN of nothing.
fn share_of_equals(predicted: &[u32], labels: &[u32]) -> f64 {
    let equal = predicted.iter().zip(labels).filter(|(one, two)| one == two).count();
    equal as f64 / labels.len() as f64
}

#[cfg(test)]
mod tests {
    use super::share_of_equals;

    #[test]
    fn accuracy_counts_equal_positions() {
        assert_eq!(share_of_equals(&[1, 2, 0, 2], &[1, 0, 0, 1]), 0.5);
        assert!(share_of_equals(&[], &[]).is_nan());
    }
}
