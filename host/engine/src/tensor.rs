//! A tensor of the host's side.

use std::sync::Arc;

use assay_ids::{Digest, Digester};

/// The one NaN that leaves the host: the quiet NaN with an empty payload.
const NAN: f32 = f32::from_bits(0x7fc0_0000);

/// Values in row-major order with a shape. Cloning shares the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Values,
}

/// Where the values lie. What a kernel made stays in its vector: an `Arc<[f32]>` of it would be a
/// copy. A network's arrays are shared with it.
#[derive(Debug, Clone)]
pub enum Values {
    /// An array of a network.
    Shared(Arc<[f32]>),
    /// A result.
    Made(Arc<Vec<f32>>),
}

impl std::ops::Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Shared(values) => values,
            Self::Made(values) => values,
        }
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::Made(Arc::new(values))
    }
}

impl From<Arc<[f32]>> for Values {
    fn from(values: Arc<[f32]>) -> Self {
        Self::Shared(values)
    }
}

impl Tensor {
    /// A tensor of this shape.
    ///
    /// # Panics
    ///
    /// If the number of values is not the shape's: a bug of the caller, since shapes are checked
    /// before anything is computed.
    pub fn new(shape: Vec<usize>, values: impl Into<Values>) -> Self {
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
        Self::new(shape, self.values.clone())
    }

    /// The values as an array of a network: shared where they already are one.
    pub(crate) fn array(&self) -> Arc<[f32]> {
        match &self.values {
            Values::Shared(values) => Arc::clone(values),
            Values::Made(values) => Arc::from(values.as_slice()),
        }
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
