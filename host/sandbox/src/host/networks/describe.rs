//! Layers and parameters in the contract's words.

use assay_network::{self as network, LayerKind as Kind, ParameterRole as Role};

use crate::bindings::assay::measure::networks::{
    Activation, Layer, LayerKind, Parameter, ParameterRole, Window,
};

fn sizes(shape: &[usize]) -> Vec<u32> {
    // An architecture bounds its shapes far below this.
    shape.iter().map(|axis| *axis as u32).collect()
}

pub(super) fn layer(layer: &network::Layer) -> Layer {
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

pub(super) fn parameter(parameter: &network::Parameter) -> Parameter {
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
