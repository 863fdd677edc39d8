//! The trained network: its layers, its weights, and what it computes.
//!
//! Passes in this file, derivatives in `derivatives`, linear parts of single layers in `linear`,
//! copies with other weights in `copies`.

mod copies;
mod derivatives;
mod linear;

use crate::bindings::assay::measure::networks as raw;
use crate::error::settle;
use crate::{Error, Tensor};

pub use derivatives::{Objective, Tangent};
pub use raw::{Activation, Descent, Layer, LayerKind, ParameterRole, Tap, TapPoint, Window};

/// A network: the trained one that the measure was handed, or a copy that the measure made of it
/// ([`with_parameters`](Self::with_parameters), [`train`](Self::train)). Dropping a copy frees the
/// host's memory.
#[derive(Debug)]
pub struct Network<'a> {
    handle: Handle<'a>,
}

/// Both kinds in one type, so that what a measure computes of the trained network it can compute of
/// a copy.
#[derive(Debug)]
enum Handle<'a> {
    Lent(&'a raw::Network),
    Own(raw::Network),
}

impl<'a> Network<'a> {
    pub(crate) fn new(raw: &'a raw::Network) -> Self {
        Self { handle: Handle::Lent(raw) }
    }

    fn raw(&self) -> &raw::Network {
        match &self.handle {
            Handle::Lent(raw) => raw,
            Handle::Own(raw) => raw,
        }
    }

    /// Shape of one input example: `[height, width, channels]`, or `[features]`.
    pub fn input_shape(&self) -> Vec<u32> {
        self.raw().input_shape()
    }

    /// The layers in order. Asks the host each time: keep the list.
    pub fn layers(&self) -> Vec<Layer> {
        self.raw().layers()
    }

    /// The parameter arrays, in the order of the layers and, within a layer, kernel, bias / gamma,
    /// beta, moving mean, moving variance. One call; values are fetched by
    /// [`value`](Parameter::value).
    pub fn parameters(&self) -> impl ExactSizeIterator<Item = Parameter<'_>> {
        let raw = self.raw();
        // A network has far fewer than 2^32 parameter arrays.
        raw.parameters().into_iter().enumerate().map(move |(index, parameter)| Parameter {
            raw,
            index: index as u32,
            layer: parameter.layer,
            role: parameter.role,
            shape: parameter.shape,
        })
    }

    /// Runs a batch `[examples, ..input_shape]` and returns the logits `[examples, classes]`.
    /// Inference mode: moving statistics, no dropout. Any batch size: the host cuts it into pieces.
    /// Work: examples × the network's multiply-adds.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn logits(&self, batch: &Tensor) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw().logits(batch.raw())?))
    }

    /// Runs a batch once and returns the activations at each tap, `[examples, ..shape]`, in the order
    /// of `taps` (at most 256). Work: examples × the multiply-adds up to the last tap.
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network, Tap};
    /// # fn first(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<(), Error> {
    /// let batch = dataset.batch(0, 50)?;
    /// let taps = [Tap::pre_activation(0), Tap::output(0)];
    /// for activation in network.activations(&batch, &taps)? {
    ///     let spread = activation.variance();
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (no such layer), [`Error::InvalidArgument`]
    /// (no tap), [`Error::TooLarge`].
    pub fn activations(&self, batch: &Tensor, taps: &[Tap]) -> Result<Vec<Tensor>, Error> {
        Ok(tensors(self.raw().activations(batch.raw(), taps)?))
    }

    /// As [`logits`](Self::logits), from a layer on: `activation` is what enters layer `layer`,
    /// `[examples, ..its input shape]`. Work: examples × the multiply-adds from there.
    ///
    /// ```no_run
    /// # use assay_sdk::{Dataset, Error, Network, Tap};
    /// // Mixes two examples half and half at a hidden layer.
    /// # fn mixed(network: &Network<'_>, dataset: &Dataset<'_>) -> Result<(), Error> {
    /// let batch = dataset.batch(0, 2)?;
    /// let hidden = network.activations(&batch, &[Tap::input(3)])?.remove(0);
    /// let logits = network.logits_from(3, &((hidden.slice(0, 0..1) + hidden.slice(0, 1..2)) * 0.5))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (no such layer), [`Error::TooLarge`].
    pub fn logits_from(&self, layer: u32, activation: &Tensor) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw().logits_from(layer, activation.raw())?))
    }

    /// As [`activations`](Self::activations), from a layer on; taps lie at it or after it. Work:
    /// examples × the multiply-adds from there up to the last tap.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::OutOfRange`] (no such layer, or one before),
    /// [`Error::InvalidArgument`] (no tap), [`Error::TooLarge`].
    pub fn activations_from(
        &self,
        layer: u32,
        activation: &Tensor,
        taps: &[Tap],
    ) -> Result<Vec<Tensor>, Error> {
        Ok(tensors(self.raw().activations_from(layer, activation.raw(), taps)?))
    }
}

fn tensors(raw: Vec<crate::tensor::Raw>) -> Vec<Tensor> {
    raw.into_iter().map(Tensor::from_raw).collect()
}

/// One parameter array of a network.
#[derive(Debug, Clone)]
pub struct Parameter<'a> {
    raw: &'a raw::Network,
    index: u32,
    /// Position of its layer, from 0.
    pub layer: u32,
    /// What it is to its layer.
    pub role: ParameterRole,
    /// Its shape: `[kh, kw, in, out]` or `[in, out]` for kernels, `[channels]` for the others.
    pub shape: Vec<u32>,
}

impl Parameter<'_> {
    /// Position in [`Network::parameters`], from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The trained values. Work: elements.
    ///
    /// # Panics
    /// If the measure holds so many tensors that the host has no room.
    #[track_caller]
    pub fn value(&self) -> Tensor {
        let value = self.raw.parameter(self.index);
        Tensor::from_raw(settle("parameter value", value.map_err(Error::from)))
    }

    /// The values before training. Work: elements.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the task holds no initial weights.
    pub fn initial(&self) -> Result<Tensor, Error> {
        Ok(Tensor::from_raw(self.raw.initial_parameter(self.index)?))
    }
}

impl Tap {
    /// What enters the layer.
    pub fn input(layer: u32) -> Self {
        Self { layer, point: TapPoint::Input }
    }

    /// The layer's result before its activation.
    pub fn pre_activation(layer: u32) -> Self {
        Self { layer, point: TapPoint::PreActivation }
    }

    /// What leaves the layer.
    pub fn output(layer: u32) -> Self {
        Self { layer, point: TapPoint::Output }
    }
}
