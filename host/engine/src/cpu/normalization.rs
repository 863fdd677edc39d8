//! Batch normalisation at inference: one subtraction, one multiply and one add per value.

#![expect(unsafe_code, reason = "calling code compiled for instruction sets found at run time")]

use super::gemm::padded;
use super::level::for_each_level;

/// Factor and offset per channel, from the moving statistics; padded to whole panels of a product.
#[derive(Debug, Clone)]
pub(crate) struct Affine {
    channels: usize,
    mean: Vec<f32>,
    factor: Vec<f32>,
    offset: Vec<f32>,
}

impl Affine {
    /// `gamma / sqrt(variance + epsilon)` as the factor, in 64-bit floats, rounded once.
    pub(crate) fn new(
        gamma: Option<&[f32]>,
        beta: Option<&[f32]>,
        mean: &[f32],
        variance: &[f32],
        epsilon: f32,
    ) -> Self {
        let factor = variance.iter().enumerate().map(|(channel, variance)| {
            let gamma = gamma.map_or(1.0, |gamma| f64::from(gamma[channel]));
            (gamma / (f64::from(*variance) + f64::from(epsilon)).sqrt()) as f32
        });
        let factor: Vec<f32> = factor.collect();
        let offset = beta.map_or_else(|| vec![0.0; mean.len()], <[f32]>::to_vec);
        Self {
            channels: mean.len(),
            factor: padded(&factor),
            mean: padded(mean),
            offset: padded(&offset),
        }
    }

    /// Mean, factor and offset, padded.
    pub(super) fn arrays(&self) -> [&[f32]; 3] {
        [&self.mean, &self.factor, &self.offset]
    }

    /// What is subtracted, per channel.
    pub(crate) fn mean(&self) -> &[f32] {
        &self.mean[..self.channels]
    }

    /// What is then multiplied with, per channel.
    pub(crate) fn factor(&self) -> &[f32] {
        &self.factor[..self.channels]
    }

    /// `(x - mean) * factor + offset`, each step rounded; the channels are the last axis.
    pub(crate) fn apply(&self, values: &mut [f32]) {
        let [mean, factor, offset] = self.arrays().map(|array| &array[..self.channels]);
        apply(values, mean, factor, offset);
    }
}

for_each_level! {
    fn apply(values: &mut [f32], mean: &[f32], factor: &[f32], offset: &[f32]) {
        for pixel in values.chunks_exact_mut(mean.len()) {
            let parameters = mean.iter().zip(factor).zip(offset);
            for (value, ((mean, factor), offset)) in pixel.iter_mut().zip(parameters) {
                *value = (*value - mean) * factor + offset;
            }
        }
    }
}
