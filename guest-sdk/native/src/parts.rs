//! Networks and training data made by hand, for units without a task.
//!
//! ```
//! use assay_native::Unit;
//! use assay_native::parts::{Activation, Dataset, LayerKind, Layers};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dense = |units, activation| LayerKind::Dense { units, activation, bias: true };
//! let network = Layers::from_input(&[2])
//!     .layer(dense(3, Activation::Relu), &[&[1.0, 0.0, 1.0, 0.0, 1.0, 1.0], &[0.0; 3]])
//!     .layer(dense(2, Activation::Linear), &[&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], &[0.0; 2]])
//!     .network()?;
//! // Two examples of two values, a label for each, two classes.
//! let data = Dataset::new(vec![2], vec![1.0, 0.0, 0.0, 1.0], vec![0, 1], 2)?;
//! let run = Unit::new(network, data)?.run_with(|network, dataset| {
//!     let batch = dataset.first(2)?;
//!     Ok((network.logits(&batch.inputs)?.to_vec(), batch.accuracy(network)?))
//! })?;
//! assert_eq!(run.value, (vec![1.0, 0.0, 0.0, 1.0], 1.0));
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use assay_network::Architecture;
pub use assay_network::{Activation, Dataset, LayerKind, Network, Padding, Window};

use crate::Error;

/// Layers with their weights, one after another.
#[derive(Debug, Clone)]
pub struct Layers {
    input: Vec<usize>,
    kinds: Vec<LayerKind>,
    weights: Vec<Vec<f32>>,
    initial: Option<Vec<Vec<f32>>>,
}

impl Layers {
    /// No layer yet, for examples of this shape.
    pub fn from_input(shape: &[usize]) -> Self {
        let (kinds, weights) = (Vec::new(), Vec::new());
        Self { input: shape.to_vec(), kinds, weights, initial: None }
    }

    /// Adds a layer with the values of its parameters, row-major, in the order of
    /// [`Network::parameters`](assay_sdk::Network::parameters): kernel `[kh, kw, in, out]` or `[in, out]`,
    /// bias; gamma, beta, moving mean, moving variance. A layer without parameters takes `&[]`.
    #[must_use]
    pub fn layer(mut self, kind: LayerKind, parameters: &[&[f32]]) -> Self {
        self.kinds.push(kind);
        self.weights.extend(parameters.iter().map(|values| values.to_vec()));
        self
    }

    /// The weights before training, one array for each parameter of all layers. Without them, asking for
    /// initial weights is unsupported.
    #[must_use]
    pub fn with_initial(mut self, parameters: &[&[f32]]) -> Self {
        self.initial = Some(parameters.iter().map(|values| values.to_vec()).collect());
        self
    }

    /// The network.
    ///
    /// # Errors
    /// A layer does not fit the one before it, or weights do not fit their layer.
    pub fn network(self) -> Result<Network, Error> {
        let misfit = |error: String| Error::Misfit(error);
        let architecture = Architecture::new(&self.input, self.kinds);
        let architecture = architecture.map_err(|error| misfit(error.to_string()))?;
        Network::new(Arc::new(architecture), self.weights, self.initial)
            .map_err(|error| misfit(error.to_string()))
    }
}
