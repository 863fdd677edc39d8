//! Interface `data`.

use super::Error;
use super::interface::resource;
use super::tensors::Tensor;
pub use crate::bindings::assay::measure::plain::data::Statistics;

resource! {
    /// The functions of training data.
    Data,
    /// Training data on the host's side.
    Dataset {
        examples() -> u32;
        classes() -> u32;
        shape() -> Vec<u32>;
        value_statistics() -> Statistics;
        labels(start: u32, length: u32) -> Result<Vec<u32>, Error>;
        class_indices(class: u32) -> Result<Vec<u32>, Error>;
        batch(start: u32, length: u32) -> Result<Tensor, Error>;
        gather(indices: &[u32]) -> Result<Tensor, Error>;
    }
}
