//! The linear part of single layers, and its transpose.

use super::Network;
use crate::{Error, Tensor};

impl Network<'_> {
    /// The linear part of a layer, `[examples, ..input shape] -> [examples, ..output shape]`: no bias,
    /// no offset, no activation. Convolutions, dense layers, batch norms, flatten, dropout and mean
    /// poolings have one. Work: examples × the layer's multiply-adds, and elements.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (no such layer), [`Error::Unsupported`] (the
    /// layer is not linear), [`Error::TooLarge`].
    pub fn apply_linear(&self, layer: u32, activation: &Tensor) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw().apply_linear(layer, activation.raw())?))
    }

    /// The transpose of [`apply_linear`](Self::apply_linear),
    /// `[examples, ..output shape] -> [examples, ..input shape]`. Work: as there.
    ///
    /// ```no_run
    /// # use assay_sdk::{Error, Network, random};
    /// // A layer's largest singular value, by power iteration.
    /// # fn spectral_norm(network: &Network<'_>, layer: u32, seed: u64) -> Result<f32, Error> {
    /// let mut shape = vec![1];
    /// shape.extend(&network.layers()[layer as usize].input_shape);
    /// let mut x = random::normal(seed, 0, &shape);
    /// let mut norm = 0.0;
    /// for _ in 0..30 {
    ///     let y = network.apply_linear(layer, &(&x / x.l2_norm()))?;
    ///     norm = y.l2_norm();
    ///     x = network.apply_transpose(layer, &y)?;
    /// }
    /// # Ok(norm)
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`apply_linear`](Self::apply_linear).
    pub fn apply_transpose(&self, layer: u32, activation: &Tensor) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw().apply_transpose(layer, activation.raw())?))
    }
}
