//! What calls name: tensors, networks and datasets of the unit.

use serde::{Deserialize, Serialize};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
    };
}

handle!(
    /// A tensor of the unit. The executing side numbers tensors from 0 in order of creation.
    TensorHandle
);
handle!(
    /// A network of the unit; 0 is the one under evaluation, others are copies that the unit made.
    NetworkHandle
);
handle!(
    /// A dataset of the unit; 0 is the training data.
    DatasetHandle
);

/// A batch that enters a network at a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The network.
    pub network: NetworkHandle,
    /// The layer that the batch enters; 0 for examples.
    pub layer: u32,
    /// `[examples, ..the layer's input shape]`.
    pub batch: TensorHandle,
}
