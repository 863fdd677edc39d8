//! Interface `networks`.

use super::Error;
use super::interface::resource;
use super::tensors::Tensor;
pub use crate::bindings::assay::measure::plain::networks::{
    Activation, Descent, Layer, LayerKind, Parameter, ParameterRole, Tap, TapPoint, Window,
};

/// What a derivative is taken of.
#[derive(Debug)]
#[expect(missing_docs, reason = "the SDK's own `Objective` describes each case")]
pub enum Objective<'a> {
    Cotangent(&'a Tensor),
    CrossEntropy(Vec<u32>),
    SoftCrossEntropy(&'a Tensor),
    SquaredError(&'a Tensor),
    Logit(Vec<u32>),
    LogitDifference(Vec<(u32, u32)>),
    Margin(Vec<u32>),
}

/// What a derivative is taken along.
#[derive(Debug)]
#[expect(missing_docs, reason = "the SDK's own `Tangent` describes each case")]
pub enum Tangent<'a> {
    Batch(&'a Tensor),
    Parameters(Vec<&'a Tensor>),
}

type Made<T = Tensor> = Result<T, Error>;

resource! {
    /// The functions of networks.
    Networks,
    /// A network on the host's side.
    Network {
        input_shape() -> Vec<u32>;
        layers() -> Vec<Layer>;
        parameters() -> Vec<Parameter>;
        parameter(index: u32) -> Made;
        initial_parameter(index: u32) -> Made;
        logits(batch: &Tensor) -> Made;
        activations(batch: &Tensor, taps: &[Tap]) -> Made<Vec<Tensor>>;
        logits_from(layer: u32, activation: &Tensor) -> Made;
        activations_from(layer: u32, activation: &Tensor, taps: &[Tap]) -> Made<Vec<Tensor>>;
        objective(layer: u32, batch: &Tensor, objective: &Objective<'_>) -> Made;
        gradients(layer: u32, batch: &Tensor, objective: &Objective<'_>, taps: &[Tap])
            -> Made<Vec<Tensor>>;
        parameter_gradients(layer: u32, batch: &Tensor, objective: &Objective<'_>)
            -> Made<Vec<Tensor>>;
        jacobian_vector(layer: u32, batch: &Tensor, tangent: &Tangent<'_>, taps: &[Tap])
            -> Made<Vec<Tensor>>;
        hessian_vector(
            layer: u32, batch: &Tensor, objective: &Objective<'_>, tangent: &Tangent<'_>
        ) -> Made<Vec<Tensor>>;
        apply_linear(layer: u32, activation: &Tensor) -> Made;
        apply_transpose(layer: u32, activation: &Tensor) -> Made;
        with_parameters(replacements: &[(u32, &Tensor)]) -> Made<Network>;
        train(examples: &Tensor, labels: &[u32], descent: Descent) -> Made<Network>;
    }
}
