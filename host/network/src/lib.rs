//! What a trained network is: layers, the shapes that flow through them, parameters; and the
//! labelled examples it takes.
//!
//! The layer vocabulary is Keras's, with Keras's meaning (NHWC, `SAME` padding as TensorFlow
//! defines it), because the reference contest's networks are Keras `Sequential` models. Shapes here
//! carry no batch axis.
//!
//! Must not know: how a network is stored (that is `assay-task`), how it is executed (that is
//! `assay-engine`), wasm, HTTP.
//!
//! Begin with [`LayerKind`], then [`Architecture`], which checks a layer list and knows every shape.

mod activation;
mod architecture;
mod dataset;
mod layer;
mod network;
mod plain;
mod window;

pub use activation::Activation;
pub use architecture::{Architecture, ArchitectureError, Layer, Parameter};
pub use dataset::{Dataset, DatasetError};
pub use layer::{LayerKind, ParameterRole};
pub use network::{Network, NetworkError};
pub use window::{Padding, Window, WindowSpan};
