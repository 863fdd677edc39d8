//! Layers and parameters, both ways.

use assay_network::{Activation, Layer, LayerKind, Padding, Parameter, ParameterRole, Window};

use crate::canonical::{Malformed, Reader, Writer};

/// The fewest bytes of a layer: two names, two shapes, two positions and the operations.
const LAYER: usize = 4 + 4 + 4 + 3 * 8;
/// The fewest bytes of a parameter: its layer, a name and a shape.
const PARAMETER: usize = 8 + 4 + 4;

const ROLES: [ParameterRole; 6] = [
    ParameterRole::Kernel,
    ParameterRole::Bias,
    ParameterRole::Gamma,
    ParameterRole::Beta,
    ParameterRole::MovingMean,
    ParameterRole::MovingVariance,
];

pub(crate) fn layers(layers: &[Layer], out: &mut Writer) {
    out.count(layers.len());
    for layer in layers {
        kind(&layer.kind, out);
        out.shape(&layer.input).shape(&layer.output);
        out.number(layer.parameters.start as u64).number(layer.parameters.end as u64);
        out.number(layer.operations);
    }
}

pub(crate) fn read_layers(from: &mut Reader<'_>) -> Result<Vec<Layer>, Malformed> {
    from.list(LAYER, |from| {
        Ok(Layer {
            kind: read_kind(from)?,
            input: from.shape()?,
            output: from.shape()?,
            parameters: from.size()?..from.size()?,
            operations: from.number()?,
        })
    })
}

fn kind(kind: &LayerKind, out: &mut Writer) {
    out.text(kind.name());
    match kind {
        LayerKind::Conv2d { filters, window: of, activation, bias } => {
            out.indices(&[*filters]);
            window(of, out);
            out.text(activation.name()).flag(*bias);
        }
        LayerKind::Dense { units, activation, bias } => {
            out.indices(&[*units]).text(activation.name()).flag(*bias);
        }
        LayerKind::MaxPool2d { window: of } | LayerKind::AvgPool2d { window: of } => {
            window(of, out);
        }
        LayerKind::GlobalAvgPool2d | LayerKind::Flatten => {}
        LayerKind::Dropout { rate } => {
            out.floats(&[*rate]);
        }
        LayerKind::BatchNorm { epsilon, scale, center } => {
            out.floats(&[*epsilon]).flag(*scale).flag(*center);
        }
        LayerKind::Activation { activation } => {
            out.text(activation.name());
        }
    }
}

fn read_kind(from: &mut Reader<'_>) -> Result<LayerKind, Malformed> {
    Ok(match from.text()? {
        "conv2d" => LayerKind::Conv2d {
            filters: indices::<1>(from)?[0],
            window: read_window(from)?,
            activation: read_activation(from)?,
            bias: from.flag()?,
        },
        "dense" => LayerKind::Dense {
            units: indices::<1>(from)?[0],
            activation: read_activation(from)?,
            bias: from.flag()?,
        },
        "max_pool2d" => LayerKind::MaxPool2d { window: read_window(from)? },
        "avg_pool2d" => LayerKind::AvgPool2d { window: read_window(from)? },
        "global_avg_pool2d" => LayerKind::GlobalAvgPool2d,
        "flatten" => LayerKind::Flatten,
        "dropout" => LayerKind::Dropout { rate: float(from)? },
        "batch_norm" => LayerKind::BatchNorm {
            epsilon: float(from)?,
            scale: from.flag()?,
            center: from.flag()?,
        },
        "activation" => LayerKind::Activation { activation: read_activation(from)? },
        other => return Err(from.malformed(format!("{other:?} names no kind of layer"))),
    })
}

fn window(window: &Window, out: &mut Writer) {
    out.indices(&window.size).indices(&window.strides).text(padding(window.padding));
}

fn read_window(from: &mut Reader<'_>) -> Result<Window, Malformed> {
    Ok(Window {
        size: indices(from)?,
        strides: indices(from)?,
        padding: from.named("padding", &[Padding::Same, Padding::Valid], padding)?,
    })
}

fn padding(padding: Padding) -> &'static str {
    match padding {
        Padding::Same => "same",
        Padding::Valid => "valid",
    }
}

fn read_activation(from: &mut Reader<'_>) -> Result<Activation, Malformed> {
    let name = from.text()?;
    // Keras has two names for some; one of them is ours.
    let activation = Activation::from_keras(name).filter(|activation| activation.name() == name);
    activation.ok_or_else(|| from.malformed(format!("{name:?} names no activation")))
}

pub(crate) fn parameters(parameters: &[Parameter], out: &mut Writer) {
    out.count(parameters.len());
    for parameter in parameters {
        out.number(parameter.layer as u64).text(parameter.role.name()).shape(&parameter.shape);
    }
}

pub(crate) fn read_parameters(from: &mut Reader<'_>) -> Result<Vec<Parameter>, Malformed> {
    from.list(PARAMETER, |from| {
        Ok(Parameter {
            layer: from.size()?,
            role: from.named("role of a parameter", &ROLES, ParameterRole::name)?,
            shape: from.shape()?,
        })
    })
}

/// A list of exactly so many indices.
pub(super) fn indices<const N: usize>(from: &mut Reader<'_>) -> Result<[u32; N], Malformed> {
    let list = from.indices()?;
    <[u32; N]>::try_from(list).map_err(|list| {
        from.malformed(format!("a list of {} numbers where {N} belong", list.len()))
    })
}

/// A list of exactly so many floats.
pub(super) fn floats<const N: usize>(from: &mut Reader<'_>) -> Result<[f32; N], Malformed> {
    let list = from.floats()?;
    <[f32; N]>::try_from(list).map_err(|list| {
        from.malformed(format!("a list of {} numbers where {N} belong", list.len()))
    })
}

fn float(from: &mut Reader<'_>) -> Result<f32, Malformed> {
    Ok(floats::<1>(from)?[0])
}
