//! Batch normalisation at inference: one multiply and one add per value.

/// Factor and offset per channel, from the moving statistics.
#[derive(Debug, Clone)]
pub(crate) struct Affine {
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
        let offset = beta.map_or_else(|| vec![0.0; mean.len()], <[f32]>::to_vec);
        Self { factor: factor.collect(), mean: mean.to_vec(), offset }
    }

    /// `(x - mean) * factor + offset`, each step rounded.
    pub(crate) fn apply(&self, values: &mut [f32]) {
        for pixel in values.chunks_exact_mut(self.mean.len()) {
            let parameters = self.mean.iter().zip(&self.factor).zip(&self.offset);
            for (value, ((mean, factor), offset)) in pixel.iter_mut().zip(parameters) {
                *value = (*value - mean) * factor + offset;
            }
        }
    }
}
