//! Interface `networks`.

use assay_call::{Call, NetworkHandle, Reply, Tap as CallTap, TapPoint as P};
use assay_network::{self as network, LayerKind as Kind, ParameterRole as Role};
use wasmtime::component::Resource;

use super::infallible;
use crate::bindings::assay::measure::networks::{
    Activation, Host, HostNetwork, Layer, LayerKind, Parameter, ParameterRole, Tap, TapPoint,
    Window,
};
use crate::bindings::assay::measure::types::Error;
use crate::state::{NetworkEntry, State, TensorEntry};

type Fallible<T> = wasmtime::Result<Result<T, Error>>;
type Network = Resource<NetworkEntry>;
type Tensor = Resource<TensorEntry>;

impl State {
    fn network(&self, network: &Network) -> wasmtime::Result<NetworkHandle> {
        Ok(self.table.get(network)?.0)
    }
}

impl Host for State {}

impl HostNetwork for State {
    fn input_shape(&mut self, own: Network) -> wasmtime::Result<Vec<u32>> {
        let call = Call::NetworkInputShape { network: self.network(&own)? };
        infallible!(self, call, Reply::Shape(shape) => shape)
    }

    fn layers(&mut self, own: Network) -> wasmtime::Result<Vec<Layer>> {
        let call = Call::NetworkLayers { network: self.network(&own)? };
        infallible!(self, call, Reply::Layers(layers) => layers.iter().map(layer).collect())
    }

    fn parameters(&mut self, own: Network) -> wasmtime::Result<Vec<Parameter>> {
        let call = Call::NetworkParameters { network: self.network(&own)? };
        infallible!(self, call, Reply::Parameters(list) => list.iter().map(parameter).collect())
    }

    fn parameter(&mut self, own: Network, index: u32) -> Fallible<Tensor> {
        let network = self.network(&own)?;
        self.handle(Call::NetworkParameter { network, index })
    }

    fn initial_parameter(&mut self, own: Network, index: u32) -> Fallible<Tensor> {
        let network = self.network(&own)?;
        self.handle(Call::NetworkInitialParameter { network, index })
    }

    fn logits(&mut self, own: Network, batch: Tensor) -> Fallible<Tensor> {
        let (network, batch) = (self.network(&own)?, self.tensor(&batch)?);
        self.handle(Call::NetworkLogits { network, batch })
    }

    fn activations(
        &mut self,
        own: Network,
        batch: Tensor,
        taps: Vec<Tap>,
    ) -> Fallible<Vec<Tensor>> {
        let (network, batch) = (self.network(&own)?, self.tensor(&batch)?);
        let tap = |tap: Tap| {
            let point = match tap.point {
                TapPoint::Input => P::Input,
                TapPoint::PreActivation => P::PreActivation,
                TapPoint::Output => P::Output,
            };
            CallTap { layer: tap.layer, point }
        };
        let taps = taps.into_iter().map(tap).collect();
        self.handles(Call::NetworkActivations { network, batch, taps })
    }

    fn drop(&mut self, own: Network) -> wasmtime::Result<()> {
        self.table.delete(own)?;
        Ok(())
    }
}

fn sizes(shape: &[usize]) -> Vec<u32> {
    // An architecture bounds its shapes far below this.
    shape.iter().map(|axis| *axis as u32).collect()
}

fn layer(layer: &network::Layer) -> Layer {
    let window = layer.kind.window().map(|window| Window {
        size: (window.size[0], window.size[1]),
        strides: (window.strides[0], window.strides[1]),
        same_padding: window.padding == network::Padding::Same,
    });
    let dropout_rate = match layer.kind {
        Kind::Dropout { rate } => rate,
        _ => 0.0,
    };
    Layer {
        kind: kind(&layer.kind),
        input_shape: sizes(&layer.input),
        output_shape: sizes(&layer.output),
        activation: activation(layer.kind.activation()),
        window,
        dropout_rate,
        first_parameter: layer.parameters.start as u32,
        parameter_count: layer.parameters.len() as u32,
    }
}

fn kind(kind: &Kind) -> LayerKind {
    match kind {
        Kind::Conv2d { .. } => LayerKind::Conv2d,
        Kind::Dense { .. } => LayerKind::Dense,
        Kind::MaxPool2d { .. } => LayerKind::MaxPool2d,
        Kind::AvgPool2d { .. } => LayerKind::AvgPool2d,
        Kind::GlobalAvgPool2d => LayerKind::GlobalAvgPool2d,
        Kind::Flatten => LayerKind::Flatten,
        Kind::Dropout { .. } => LayerKind::Dropout,
        Kind::BatchNorm { .. } => LayerKind::BatchNorm,
        Kind::Activation { .. } => LayerKind::Activation,
    }
}

fn activation(activation: network::Activation) -> Activation {
    use network::Activation as A;
    match activation {
        A::Linear => Activation::Linear,
        A::Relu => Activation::Relu,
        A::Relu6 => Activation::Relu6,
        A::Tanh => Activation::Tanh,
        A::Sigmoid => Activation::Sigmoid,
        A::Softmax => Activation::Softmax,
        A::Elu => Activation::Elu,
        A::Selu => Activation::Selu,
        A::Softplus => Activation::Softplus,
        A::Softsign => Activation::Softsign,
        A::Swish => Activation::Swish,
        A::Gelu => Activation::Gelu,
        A::Exponential => Activation::Exponential,
        A::HardSigmoid => Activation::HardSigmoid,
    }
}

fn parameter(parameter: &network::Parameter) -> Parameter {
    let role = match parameter.role {
        Role::Kernel => ParameterRole::Kernel,
        Role::Bias => ParameterRole::Bias,
        Role::Gamma => ParameterRole::Gamma,
        Role::Beta => ParameterRole::Beta,
        Role::MovingMean => ParameterRole::MovingMean,
        Role::MovingVariance => ParameterRole::MovingVariance,
    };
    Parameter { layer: parameter.layer as u32, role, shape: sizes(&parameter.shape) }
}
