//! Sets of parameter arrays, with the same arithmetic on all of them: for measures that move a network's
//! weights about, such as sharpness, flatness and curvature.

use crate::{Error, Network, Parameter, ParameterRole, Tensor};

/// Tensors for some of a network's parameters: their values, or anything of the same shapes, such as
/// a gradient or a random direction. Each carries its position in [`Network::parameters`].
///
/// ```no_run
/// # use assay_sdk::{Batch, Error, Network, Weights, random};
/// # fn noisy(network: &Network<'_>, batch: &Batch, seed: u64) -> Result<f64, Error> {
/// let weights = Weights::trained(network);
/// let noise = weights.draw(seed, 0, random::normal);
/// let moved = weights.zip(&noise, |weight, noise| weight + noise * 0.01);
/// batch.accuracy(&network.with_weights(&moved)?)
/// # }
/// ```
///
/// # Panics
/// As [`Tensor`]: where sets do not belong together, or the host has no room.
#[derive(Debug)]
pub struct Weights {
    indices: Vec<u32>,
    tensors: Vec<Tensor>,
}

impl Weights {
    /// All parameters. Work: elements.
    #[track_caller]
    pub fn all(network: &Network<'_>) -> Self {
        Self::of(network, |_| true)
    }

    /// All that training moves: everything but the moving statistics of batch norms. Work: elements.
    #[track_caller]
    pub fn trained(network: &Network<'_>) -> Self {
        Self::of(network, |parameter| {
            !matches!(parameter.role, ParameterRole::MovingMean | ParameterRole::MovingVariance)
        })
    }

    /// The kernels of convolutions and dense layers. Work: elements.
    #[track_caller]
    pub fn kernels(network: &Network<'_>) -> Self {
        Self::of(network, |parameter| parameter.role == ParameterRole::Kernel)
    }

    /// The parameters that `keep` keeps. Work: elements.
    #[track_caller]
    pub fn of(network: &Network<'_>, keep: impl Fn(&Parameter<'_>) -> bool) -> Self {
        let kept = network.parameters().filter(keep);
        let (indices, tensors) = kept.map(|one| (one.index(), one.value())).unzip();
        Self { indices, tensors }
    }

    /// From tensors for *all* parameters in their order, such as [`Network::parameter_gradients`]
    /// returns, those for the parameters of this set.
    #[track_caller]
    pub fn select(&self, all: Vec<Tensor>) -> Self {
        Self { indices: self.indices.clone(), tensors: at_positions(all, &self.indices) }
    }

    /// The tensors, in the parameters' order.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// A function of every tensor.
    #[track_caller]
    pub fn map(&self, function: impl Fn(&Tensor) -> Tensor) -> Self {
        let tensors = self.tensors.iter().map(function).collect();
        Self { indices: self.indices.clone(), tensors }
    }

    /// A function of every pair of tensors of two sets for the same parameters.
    #[track_caller]
    pub fn zip(&self, other: &Self, function: impl Fn(&Tensor, &Tensor) -> Tensor) -> Self {
        let tensors = self.pairs(other).map(|(one, two)| function(one, two)).collect();
        Self { indices: self.indices.clone(), tensors }
    }

    /// Random numbers of the same shapes, by a function of [`random`](crate::random); each parameter
    /// draws from a stream of its own below `stream`.
    #[track_caller]
    pub fn draw(&self, seed: u64, stream: u32, draw: impl Fn(u64, u64, &[u32]) -> Tensor) -> Self {
        let arrays = self.indices.iter().zip(&self.tensors);
        let drawn = arrays.map(|(index, tensor)| {
            let stream = (u64::from(stream) << 32) | u64::from(*index);
            draw(seed, stream, &tensor.shape())
        });
        Self { indices: self.indices.clone(), tensors: drawn.collect() }
    }

    /// The sum of the products of all pairs of values; products in 32-bit floats, each array's sum
    /// rounded once, the arrays added in 64-bit floats. Work: 2 × elements.
    #[track_caller]
    pub fn dot(&self, other: &Self) -> f64 {
        self.pairs(other).map(|(one, two)| f64::from((one * two).sum())).sum()
    }

    /// Every value forced to lie between those of `low` and `high`. Work: 2 × elements.
    #[track_caller]
    pub fn clamp(&self, low: &Self, high: &Self) -> Self {
        let raised = self.zip(low, |value, low| value.maximum(low));
        raised.zip(high, |value, high| value.minimum(high))
    }

    #[track_caller]
    fn pairs<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Tensor, &'a Tensor)> {
        assert_eq!(self.indices, other.indices, "weights of different parameters");
        self.tensors.iter().zip(&other.tensors)
    }
}

/// The elements at ascending positions.
#[track_caller]
fn at_positions<T>(all: Vec<T>, positions: &[u32]) -> Vec<T> {
    let held = all.len();
    let mut wanted = positions.iter().copied().peekable();
    let kept = (0..).zip(all).filter(|(at, _)| wanted.next_if_eq(at).is_some());
    let kept: Vec<T> = kept.map(|(_, one)| one).collect();
    assert_eq!(kept.len(), positions.len(), "{held} tensors for parameters {positions:?}");
    kept
}

impl Network<'_> {
    /// A copy with these parameters replaced; see [`with_parameters`](Self::with_parameters). Work:
    /// elements × 2.
    ///
    /// # Errors
    /// As [`with_parameters`](Self::with_parameters).
    pub fn with_weights(&self, weights: &Weights) -> Result<Network<'static>, Error> {
        let indices = weights.indices.iter().copied();
        let replacements: Vec<_> = indices.zip(&weights.tensors).collect();
        self.with_parameters(&replacements)
    }
}

#[cfg(test)]
mod tests {
    use super::at_positions;

    #[test]
    fn positions_pick_from_the_list_of_all() {
        assert_eq!(at_positions(vec!['a', 'b', 'c', 'd'], &[0, 2, 3]), ['a', 'c', 'd']);
        assert!(at_positions(vec!['a'], &[]).is_empty());
    }

    #[test]
    #[should_panic(expected = "1 tensors for parameters [0, 1]")]
    fn a_list_that_is_too_short_is_refused() {
        at_positions(vec!['a'], &[0, 1]);
    }
}
