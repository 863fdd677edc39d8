//! A tensor of the host's side.

use std::sync::Arc;

use assay_ids::{Digest, Digester};

/// The one NaN that leaves the host: the quiet NaN with an empty payload.
const NAN: f32 = f32::from_bits(0x7fc0_0000);

/// Values in row-major order with a shape. Cloning shares the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Arc<[f32]>,
}

impl Tensor {
    /// A tensor of this shape.
    ///
    /// # Panics
    ///
    /// If the number of values is not the shape's: a bug of the caller, since shapes are checked
    /// before anything is computed.
    pub fn new(shape: Vec<usize>, values: impl Into<Arc<[f32]>>) -> Self {
        let values = values.into();
        assert_eq!(shape.iter().product::<usize>(), values.len(), "shape {shape:?}");
        Self { shape, values }
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All values, row-major.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The same values under another shape.
    pub(crate) fn reshaped(&self, shape: Vec<usize>) -> Self {
        Self::new(shape, Arc::clone(&self.values))
    }

    /// Bytes of the values.
    pub(crate) fn bytes(&self) -> u64 {
        4 * self.values.len() as u64
    }

    /// Digest of shape and values, with every NaN counted as the same.
    pub fn digest(&self) -> Digest {
        let mut digester = Digester::new("assay tensor");
        digester.shape(&self.shape);
        if self.values.iter().any(|value| value.is_nan()) {
            let canonical: Vec<f32> = self.values.iter().copied().map(canonical).collect();
            digester.floats(&canonical);
        } else {
            digester.floats(&self.values);
        }
        digester.finish()
    }
}

/// A value as it may cross the border: NaN carries no payload, since a payload could carry data and
/// depends on the processor.
pub(crate) fn canonical(value: f32) -> f32 {
    if value.is_nan() { NAN } else { value }
}
