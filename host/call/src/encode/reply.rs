//! Replies, both ways.

use super::layer::{floats, indices, layers, parameters, read_layers, read_parameters};
use crate::canonical::{Malformed, Reader, Writer};
use crate::{CallError, ErrorKind, NetworkHandle, Reply, Statistics, TensorHandle};

/// The fewest bytes of a tensor: a list with its handle, and a shape.
const TENSOR: usize = 4 + 4 + 4;

type Tensor = (TensorHandle, Vec<u32>);

pub(crate) fn reply(reply: &Reply, out: &mut Writer) {
    out.text(name(reply));
    match reply {
        Reply::Done => {}
        Reply::Tensors(tensors) => {
            out.count(tensors.len());
            for made in tensors {
                tensor(made, out);
            }
        }
        Reply::Ranking { values, indices } => {
            tensor(values, out);
            out.indices(indices);
        }
        Reply::Network(network) => {
            out.indices(&[network.0]);
        }
        Reply::Scalar(value) => {
            out.floats(&[*value]);
        }
        Reply::Floats(values) => {
            out.floats(values);
        }
        Reply::Indices(values) | Reply::Shape(values) => {
            out.indices(values);
        }
        Reply::Number(number) => {
            out.number(*number);
        }
        Reply::Layers(list) => layers(list, out),
        Reply::Parameters(list) => parameters(list, out),
        Reply::Statistics(s) => {
            out.floats(&[s.minimum, s.maximum, s.mean, s.deviation]);
        }
        Reply::Error(error) => {
            out.text(error.kind.name()).text(&error.message);
        }
    }
}

fn name(reply: &Reply) -> &'static str {
    match reply {
        Reply::Done => "done",
        Reply::Tensors(_) => "tensors",
        Reply::Ranking { .. } => "ranking",
        Reply::Network(_) => "network",
        Reply::Scalar(_) => "scalar",
        Reply::Floats(_) => "floats",
        Reply::Indices(_) => "indices",
        Reply::Shape(_) => "shape",
        Reply::Number(_) => "number",
        Reply::Layers(_) => "layers",
        Reply::Parameters(_) => "parameters",
        Reply::Statistics(_) => "statistics",
        Reply::Error(_) => "error",
    }
}

pub(crate) fn read_reply(from: &mut Reader<'_>) -> Result<Reply, Malformed> {
    Ok(match from.text()? {
        "done" => Reply::Done,
        "tensors" => Reply::Tensors(from.list(TENSOR, read_tensor)?),
        "ranking" => Reply::Ranking { values: read_tensor(from)?, indices: from.indices()? },
        "network" => Reply::Network(NetworkHandle(indices::<1>(from)?[0])),
        "scalar" => Reply::Scalar(floats::<1>(from)?[0]),
        "floats" => Reply::Floats(from.floats()?),
        "indices" => Reply::Indices(from.indices()?),
        "shape" => Reply::Shape(from.indices()?),
        "number" => Reply::Number(from.number()?),
        "layers" => Reply::Layers(read_layers(from)?),
        "parameters" => Reply::Parameters(read_parameters(from)?),
        "statistics" => {
            let [minimum, maximum, mean, deviation] = floats(from)?;
            Reply::Statistics(Statistics { minimum, maximum, mean, deviation })
        }
        "error" => Reply::Error(CallError {
            kind: from.named("kind of error", ErrorKind::ALL, ErrorKind::name)?,
            message: from.text()?.to_owned(),
        }),
        other => return Err(from.malformed(format!("{other:?} names no reply"))),
    })
}

fn tensor((handle, shape): &Tensor, out: &mut Writer) {
    out.indices(&[handle.0]).indices(shape);
}

fn read_tensor(from: &mut Reader<'_>) -> Result<Tensor, Malformed> {
    Ok((TensorHandle(indices::<1>(from)?[0]), from.indices()?))
}
