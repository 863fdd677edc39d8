//! Objectives of the logits, and their derivatives.
//!
//! In all of these the batch enters at layer `layer`: 0 for examples of the input's shape, a later
//! layer for activations `[examples, ..its input shape]`. At a kink of relu, relu6, hard sigmoid or
//! elu the derivative is that of the left side (0 for relu); a maximum passes its gradient to the
//! first of equals. Moving statistics of batch norms count as constants.

use super::{Network, Tap, raw, tensors};
use crate::{Error, Tensor};

/// A function of the logits that gives one number for each example. Labels are one class for each
/// example.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Objective<'a> {
    /// The sum of the logits times these numbers, `[examples, classes]`: derivatives are then products
    /// of this cotangent with the Jacobian.
    Cotangent(&'a Tensor),
    /// Cross-entropy of the softmax of the logits with a label, in nats.
    CrossEntropy(&'a [u32]),
    /// Cross-entropy of the softmax of the logits with probabilities `[examples, classes]`.
    SoftCrossEntropy(&'a Tensor),
    /// Half the squared distance of the logits from `[examples, classes]`.
    SquaredError(&'a Tensor),
    /// One class's logit.
    Logit(&'a [u32]),
    /// The first class's logit minus the second's.
    LogitDifference(&'a [(u32, u32)]),
    /// The label's logit minus the largest other; of equal others the first counts.
    Margin(&'a [u32]),
}

impl<'a> Objective<'a> {
    fn raw(self) -> raw::Objective<'a> {
        match self {
            Self::Cotangent(numbers) => raw::Objective::Cotangent(numbers.raw()),
            Self::CrossEntropy(labels) => raw::Objective::CrossEntropy(labels.to_vec()),
            Self::SoftCrossEntropy(target) => raw::Objective::SoftCrossEntropy(target.raw()),
            Self::SquaredError(target) => raw::Objective::SquaredError(target.raw()),
            Self::Logit(classes) => raw::Objective::Logit(classes.to_vec()),
            Self::LogitDifference(pairs) => raw::Objective::LogitDifference(pairs.to_vec()),
            Self::Margin(labels) => raw::Objective::Margin(labels.to_vec()),
        }
    }
}

/// What a derivative is taken along.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Tangent<'a> {
    /// A change of the batch, of its shape.
    Batch(&'a Tensor),
    /// A change of the parameters: one tensor for each, in their order and shapes.
    Parameters(&'a [Tensor]),
}

impl<'a> Tangent<'a> {
    fn raw(self) -> raw::Tangent<'a> {
        match self {
            Self::Batch(change) => raw::Tangent::Batch(change.raw()),
            Self::Parameters(changes) => {
                raw::Tangent::Parameters(changes.iter().map(Tensor::raw).collect())
            }
        }
    }
}

impl Network<'_> {
    /// Values of an objective, `[examples]`. Work: as [`logits_from`](Self::logits_from).
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network, Objective};
    /// # fn loss(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f32, Error> {
    /// let (batch, labels) = (dataset.batch(0, 500)?, dataset.labels(0..500)?);
    /// Ok(network.objective(0, &batch, Objective::CrossEntropy(&labels))?.mean())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (layer or class), [`Error::Unsupported`] (the
    /// network's output is not a row of logits), [`Error::TooLarge`].
    pub fn objective(
        &self,
        layer: u32,
        batch: &Tensor,
        objective: Objective<'_>,
    ) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw().objective(layer, batch.raw(), &objective.raw())?))
    }

    /// Gradients of each example's objective with respect to its own activations at `taps` (at most
    /// 256), `[examples, ..shape]` each: vector-Jacobian products. The batch itself is
    /// `Tap::input(layer)`. Work: 3 × examples × the multiply-adds from `layer` on.
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network, Objective, Tap};
    /// # fn sharpness(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<f32, Error> {
    /// let (batch, labels) = (dataset.batch(0, 100)?, dataset.labels(0..100)?);
    /// let margin = Objective::Margin(&labels);
    /// let gradient = network.gradients(0, &batch, margin, &[Tap::input(0)])?.remove(0);
    /// Ok(gradient.flatten_rows().l2_norm_axes(&[1]).mean())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`objective`](Self::objective), and [`Error::InvalidArgument`] (no tap).
    pub fn gradients(
        &self,
        layer: u32,
        batch: &Tensor,
        objective: Objective<'_>,
        taps: &[Tap],
    ) -> Result<Vec<Tensor>, Error> {
        Ok(tensors(self.raw().gradients(layer, batch.raw(), &objective.raw(), taps)?))
    }

    /// Gradients of the sum of the examples' objectives with respect to the parameters, in their
    /// order and shapes; zeros for moving statistics and for layers before `layer`. Work:
    /// 4 × examples × the multiply-adds from `layer` on, and the parameters' elements.
    ///
    /// # Errors
    /// As [`objective`](Self::objective).
    pub fn parameter_gradients(
        &self,
        layer: u32,
        batch: &Tensor,
        objective: Objective<'_>,
    ) -> Result<Vec<Tensor>, Error> {
        Ok(tensors(self.raw().parameter_gradients(layer, batch.raw(), &objective.raw())?))
    }

    /// Derivatives of the activations at `taps` along a tangent, `[examples, ..shape]` each:
    /// Jacobian-vector products. Tangents of moving statistics count as zeros. Work: 4 × examples × the
    /// multiply-adds from `layer` up to the last tap, and the tangent's elements.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (no such layer, or a tap before it),
    /// [`Error::InvalidArgument`] (no tap, or a tangent of the wrong length), [`Error::TooLarge`].
    pub fn jacobian_vector(
        &self,
        layer: u32,
        batch: &Tensor,
        tangent: Tangent<'_>,
        taps: &[Tap],
    ) -> Result<Vec<Tensor>, Error> {
        Ok(tensors(self.raw().jacobian_vector(layer, batch.raw(), &tangent.raw(), taps)?))
    }

    /// Hessian-vector products of the sum of the examples' objectives: for a tangent of the batch one
    /// tensor of its shape (second derivatives with respect to the batch), for one of the parameters a
    /// tensor for each of them. Work: 10 × examples × the multiply-adds from `layer` on, and twice the
    /// tangent's elements.
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network, Objective, Tangent, Tensor};
    /// // One step of power iteration for the largest curvature of the loss.
    /// # fn step(
    /// #     network: &Network<'_>, batch: &Tensor, labels: &[u32], direction: &[Tensor],
    /// # ) -> Result<(f32, Vec<Tensor>), Error> {
    /// let loss = Objective::CrossEntropy(labels);
    /// let curved = network.hessian_vector(0, batch, loss, Tangent::Parameters(direction))?;
    /// let norm = curved.iter().map(|part| part.square().sum()).sum::<f32>().sqrt();
    /// let next = curved.iter().map(|part| part / norm).collect();
    /// # Ok((norm, next))
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`jacobian_vector`](Self::jacobian_vector), and [`Error::Unsupported`] (the network's output
    /// is not a row of logits).
    pub fn hessian_vector(
        &self,
        layer: u32,
        batch: &Tensor,
        objective: Objective<'_>,
        tangent: Tangent<'_>,
    ) -> Result<Vec<Tensor>, Error> {
        let (objective, tangent) = (objective.raw(), tangent.raw());
        Ok(tensors(self.raw().hessian_vector(layer, batch.raw(), &objective, &tangent)?))
    }
}
