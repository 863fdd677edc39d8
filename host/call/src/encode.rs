//! The canonical encoding of calls and replies. It names calls and fields' values, not enum
//! positions, so that old records stay readable when calls are added.

use assay_ids::Digester;
use assay_network::LayerKind;

use crate::{Call, Reply, Tap, TensorHandle};

pub(crate) fn call(call: &Call, out: &mut Digester) {
    out.text(call.name());
    match call {
        Call::TensorFromList { shape, values } => {
            out.indices(shape).floats(values);
        }
        Call::TensorRead { tensor, offset, length } => {
            out.indices(&[tensor.0, *offset, *length]);
        }
        Call::TensorShape { tensor }
        | Call::TensorScalar { tensor }
        | Call::TensorArgMax { tensor }
        | Call::TensorSoftmax { tensor }
        | Call::TensorLogSoftmax { tensor }
        | Call::TensorDrop { tensor } => {
            out.indices(&[tensor.0]);
        }
        Call::TensorReshape { tensor, shape: list }
        | Call::TensorPermute { tensor, axes: list }
        | Call::TensorGatherRows { tensor, indices: list } => {
            out.indices(&[tensor.0]).indices(list);
        }
        Call::TensorSlice { tensor, axis, start, length } => {
            out.indices(&[tensor.0, *axis, *start, *length]);
        }
        Call::TensorConcat { parts, axis } => {
            out.indices(&parts.iter().map(|part| part.0).collect::<Vec<_>>()).indices(&[*axis]);
        }
        Call::TensorUnary { tensor, op } => {
            out.indices(&[tensor.0]).text(op.name());
        }
        Call::TensorBinary { left, op, right } => {
            out.indices(&[left.0, right.0]).text(op.name());
        }
        Call::TensorBinaryScalar { left, op, right } => {
            out.indices(&[left.0]).text(op.name()).floats(&[*right]);
        }
        Call::TensorReduce { tensor, op, axes } => {
            out.indices(&[tensor.0]).text(op.name()).indices(axes);
        }
        Call::TensorMatmul { left, right } => {
            out.indices(&[left.0, right.0]);
        }
        _ => network_or_data(call, out),
    }
}

fn network_or_data(call: &Call, out: &mut Digester) {
    match call {
        Call::NetworkParameter { network, index }
        | Call::NetworkInitialParameter { network, index } => {
            out.indices(&[network.0, *index]);
        }
        Call::NetworkLogits { network, batch } => {
            out.indices(&[network.0, batch.0]);
        }
        Call::NetworkActivations { network, batch, taps: list } => {
            out.indices(&[network.0, batch.0]);
            taps(list, out);
        }
        Call::NetworkInputShape { network }
        | Call::NetworkLayers { network }
        | Call::NetworkParameters { network } => {
            out.indices(&[network.0]);
        }
        Call::DataExamples { dataset }
        | Call::DataClasses { dataset }
        | Call::DataShape { dataset }
        | Call::DataStatistics { dataset } => {
            out.indices(&[dataset.0]);
        }
        Call::DataLabels { dataset, start, length }
        | Call::DataBatch { dataset, start, length } => {
            out.indices(&[dataset.0, *start, *length]);
        }
        Call::DataClassIndices { dataset, class } => {
            out.indices(&[dataset.0, *class]);
        }
        Call::DataGather { dataset, indices } => {
            out.indices(&[dataset.0]).indices(indices);
        }
        _ => {}
    }
}

fn taps(list: &[Tap], out: &mut Digester) {
    out.number(list.len() as u64);
    for tap in list {
        out.indices(&[tap.layer]).text(tap.point.name());
    }
}

pub(crate) fn reply(reply: &Reply, out: &mut Digester) {
    match reply {
        Reply::Done => {
            out.text("done");
        }
        Reply::Tensors(tensors) => {
            out.text("tensors").number(tensors.len() as u64);
            for (TensorHandle(handle), shape) in tensors {
                out.indices(&[*handle]).indices(shape);
            }
        }
        Reply::Scalar(value) => {
            out.text("scalar").floats(&[*value]);
        }
        Reply::Floats(values) => {
            out.text("floats").floats(values);
        }
        Reply::Indices(values) => {
            out.text("indices").indices(values);
        }
        Reply::Shape(shape) => {
            out.text("shape").indices(shape);
        }
        Reply::Number(number) => {
            out.text("number").number(*number);
        }
        Reply::Layers(layers) => {
            out.text("layers").number(layers.len() as u64);
            for layer in layers {
                kind(&layer.kind, out);
                out.shape(&layer.input).shape(&layer.output);
            }
        }
        Reply::Parameters(parameters) => {
            out.text("parameters").number(parameters.len() as u64);
            for parameter in parameters {
                out.number(parameter.layer as u64).text(parameter.role.name());
                out.shape(&parameter.shape);
            }
        }
        Reply::Statistics(s) => {
            out.text("statistics").floats(&[s.minimum, s.maximum, s.mean, s.deviation]);
        }
        Reply::Error(error) => {
            out.text("error").text(error.kind.name()).text(&error.message);
        }
    }
}

fn kind(kind: &LayerKind, out: &mut Digester) {
    out.text(kind.name()).text(kind.activation().name());
    if let Some(window) = kind.window() {
        out.indices(&window.size).indices(&window.strides);
        out.text(match window.padding {
            assay_network::Padding::Same => "same",
            assay_network::Padding::Valid => "valid",
        });
    }
    if let LayerKind::Dropout { rate } = kind {
        out.floats(&[*rate]);
    }
}
