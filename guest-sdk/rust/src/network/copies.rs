//! Copies of a network with other weights.

use super::{Descent, Handle, Network, raw};
use crate::{Error, Tensor};

impl Network<'_> {
    /// A copy with some parameters replaced, by their positions in [`parameters`](Self::parameters);
    /// the others are shared, not copied. At most 64 networks alive. A copy keeps the initial
    /// weights. Work: elements of the replaced parameters × 2.
    ///
    /// ```no_run
    /// # use assay_sdk::{Error, Network, ParameterRole, Tensor};
    /// # fn halved(network: &Network<'_>, batch: &Tensor) -> Result<Tensor, Error> {
    /// let kernels = network.parameters().filter(|one| one.role == ParameterRole::Kernel);
    /// let halved: Vec<_> = kernels.map(|one| (one.index(), one.value() * 0.5)).collect();
    /// let replacements: Vec<_> = halved.iter().map(|(index, value)| (*index, value)).collect();
    /// network.with_parameters(&replacements)?.logits(batch)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::ShapeMismatch`], [`Error::InvalidArgument`] (one parameter
    /// twice), [`Error::TooLarge`] (too many networks).
    pub fn with_parameters(
        &self,
        replacements: &[(u32, &Tensor)],
    ) -> Result<Network<'static>, Error> {
        let replacements: Vec<_> =
            replacements.iter().map(|(index, value)| (*index, value.raw())).collect();
        Ok(Network::own(self.raw().with_parameters(&replacements)?))
    }

    /// A copy after steps of stochastic gradient descent on the mean cross-entropy of batches of
    /// consecutive examples, `examples [count, ..input_shape]` with one label each; after the last
    /// example comes the first again. Inference mode: moving statistics stay as they are and act as
    /// constants, nothing is dropped. Work: steps × (4 × batch size × the network's multiply-adds +
    /// 4 × the parameters' elements).
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Descent, Error, Network};
    /// # fn trained(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<(), Error> {
    /// let (examples, labels) = (dataset.batch(0, 500)?, dataset.labels(0..500)?);
    /// let descent = Descent { momentum: 0.9, ..Descent::new(0.01, 50, 20) };
    /// let trained = network.train(&examples, &labels, &descent)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (a label), [`Error::InvalidArgument`] (no
    /// example, batch size 0, or settings that are not finite), [`Error::Unsupported`] (the output is
    /// not a row of logits), [`Error::TooLarge`].
    pub fn train(
        &self,
        examples: &Tensor,
        labels: &[u32],
        descent: &Descent,
    ) -> Result<Network<'static>, Error> {
        Ok(Network::own(self.raw().train(examples.raw(), labels, *descent)?))
    }
}

impl Network<'static> {
    fn own(raw: raw::Network) -> Self {
        Self { handle: Handle::Own(raw) }
    }
}

impl Descent {
    /// Plain steps: no momentum, no weight decay. `steps` steps of `batch_size` examples each.
    pub const fn new(learning_rate: f32, batch_size: u32, steps: u32) -> Self {
        Self { learning_rate, momentum: 0.0, weight_decay: 0.0, batch_size, steps }
    }
}
