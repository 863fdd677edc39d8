//! The contract's enumerations as the call boundary's, and its descriptions the other way.

use assay_call::{
    BinaryOp as B, Border as O, Direction as D, ReduceOp as R, TapPoint as P, UnaryOp as U,
};
use assay_network::{self as network, LayerKind as Kind};
use assay_sdk::native::images::Border;
use assay_sdk::native::networks::{
    Activation, Layer, LayerKind, Parameter, ParameterRole, TapPoint, Window,
};
use assay_sdk::native::tensors::{BinaryOp, Direction, ReduceOp, UnaryOp};

/// A function from one enumeration to another whose cases stand in the contract's order in both; a test
/// compares the names.
macro_rules! by_position {
    ($($name:ident: $from:ident => $to:ident;)+) => {
        $(pub(super) fn $name(case: $from) -> $to {
            $to::ALL[case as usize]
        })+
    };
}

by_position! {
    unary_op: UnaryOp => U;
    binary_op: BinaryOp => B;
    reduce_op: ReduceOp => R;
    direction: Direction => D;
    border: Border => O;
    tap_point: TapPoint => P;
}

/// A function from one enumeration to another with the same cases: a case that one of them lacks does
/// not compile.
macro_rules! same_cases {
    ($name:ident: $from:ty => $to:ident { $($case:ident),+ $(,)? }) => {
        fn $name(case: $from) -> $to {
            match case { $(<$from>::$case => $to::$case,)+ }
        }
    };
}

same_cases! { activation: network::Activation => Activation {
    Linear, Relu, Relu6, Tanh, Sigmoid, Softmax, Elu, Selu, Softplus, Softsign, Swish, Gelu,
    Exponential, HardSigmoid,
} }
same_cases! { role: network::ParameterRole => ParameterRole {
    Kernel, Bias, Gamma, Beta, MovingMean, MovingVariance,
} }

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

pub(super) fn parameter(parameter: &network::Parameter) -> Parameter {
    let shape = sizes(&parameter.shape);
    Parameter { layer: parameter.layer as u32, role: role(parameter.role), shape }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of an enumeration of the contract, in order.
    fn cases(file: &str, name: &str) -> Vec<String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/v0.1.0");
        let text = std::fs::read_to_string(format!("{root}/{file}.wit")).unwrap();
        let body = text.split(&format!("enum {name} {{")).nth(1).unwrap();
        let body = body.split('}').next().unwrap().lines().map(str::trim);
        let cases = body.filter(|line| !line.is_empty() && !line.starts_with("//"));
        cases.map(|line| line.trim_end_matches(',').to_owned()).collect()
    }

    #[test]
    fn positions_in_the_lists_are_the_contracts() {
        fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
            all.iter().copied().map(name).collect()
        }
        assert_eq!(cases("tensors", "unary-op"), names(U::ALL, U::name));
        assert_eq!(cases("tensors", "binary-op"), names(B::ALL, B::name));
        assert_eq!(cases("tensors", "reduce-op"), names(R::ALL, R::name));
        assert_eq!(cases("tensors", "direction"), names(D::ALL, D::name));
        assert_eq!(cases("images", "border"), names(O::ALL, O::name));
        assert_eq!(cases("networks", "tap-point"), names(P::ALL, P::name));
        // The SDK's are generated from the same list.
        assert_eq!(unary_op(UnaryOp::IsFinite), U::IsFinite);
        assert_eq!(binary_op(BinaryOp::ArcTangent), B::ArcTangent);
        assert_eq!(tap_point(TapPoint::Input), P::Input);
    }
}
