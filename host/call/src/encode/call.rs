//! Calls: the name, then the fields in their order. Nobody reads them back: a record keeps their
//! digest.

use crate::canonical::Writer;
use crate::{Call, ImageOp, Objective, Pass, Tangent, Tap};

pub(crate) fn call(call: &Call, out: &mut Writer) {
    out.text(call.name());
    match call {
        Call::TensorFromList { shape, values } => {
            out.indices(shape).floats(values);
        }
        Call::TensorRead { tensor, offset, length } => {
            out.indices(&[tensor.0, *offset, *length]);
        }
        Call::TensorShape { tensor }
        | Call::TensorCumulativeSum { tensor }
        | Call::TensorArgMin { tensor }
        | Call::TensorGram { tensor }
        | Call::TensorSingularValues { tensor }
        | Call::TensorSvd { tensor }
        | Call::TensorSymmetricEigen { tensor }
        | Call::TensorScalar { tensor }
        | Call::TensorArgMax { tensor }
        | Call::TensorSoftmax { tensor }
        | Call::TensorLogSoftmax { tensor }
        | Call::TensorDrop { tensor } => {
            out.indices(&[tensor.0]);
        }
        Call::TensorReshape { tensor, shape: list }
        | Call::TensorPermute { tensor, axes: list }
        | Call::TensorPick { tensor, indices: list }
        | Call::TensorGatherRows { tensor, indices: list } => {
            out.indices(&[tensor.0]).indices(list);
        }
        Call::TensorSlice { tensor, axis, start, length } => {
            out.indices(&[tensor.0, *axis, *start, *length]);
        }
        Call::TensorConcat { parts, axis } | Call::TensorStack { parts, axis } => {
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
        Call::TensorMatmul { left, right }
        | Call::TensorSquaredDistances { left, right }
        | Call::TensorCosineSimilarity { left, right }
        | Call::TensorSolve { left, right } => {
            out.indices(&[left.0, right.0]);
        }
        _ => more_of_tensors(call, out),
    }
}

fn more_of_tensors(call: &Call, out: &mut Writer) {
    match call {
        Call::TensorFull { shape, value } => {
            out.indices(shape).floats(&[*value]);
        }
        Call::TensorOneHot { indices, classes } => {
            out.indices(indices).indices(&[*classes]);
        }
        Call::TensorPad { tensor, paddings, value } => {
            out.indices(&[tensor.0]).indices(paddings.as_flattened()).floats(&[*value]);
        }
        Call::TensorChoose { mask, yes, no } => {
            out.indices(&[mask.0, yes.0, no.0]);
        }
        Call::TensorQuantile { tensor, q } => {
            out.indices(&[tensor.0]).floats(&[*q]);
        }
        Call::TensorSort { tensor, direction } | Call::TensorArgSort { tensor, direction } => {
            out.indices(&[tensor.0]).text(direction.name());
        }
        Call::TensorTopK { tensor, k } => {
            out.indices(&[tensor.0, *k]);
        }
        Call::TensorRandomNormal { seed, stream, shape }
        | Call::TensorRandomUniform { seed, stream, shape } => {
            out.number(*seed).number(*stream).indices(shape);
        }
        Call::TensorRandomPermutation { seed, stream, length } => {
            out.number(*seed).number(*stream).indices(&[*length]);
        }
        Call::Image { images, op } => {
            out.indices(&[images.0]);
            image(op, out);
        }
        _ => network_or_data(call, out),
    }
}

/// The operation's name is the call's.
fn image(op: &ImageOp, out: &mut Writer) {
    match op {
        ImageOp::Pad { vertical, horizontal, border } => {
            out.indices(vertical).indices(horizontal).text(border.name());
        }
        ImageOp::CropResize { areas, height, width } => {
            let flat = areas.iter().flat_map(|area| [area.top, area.left, area.height, area.width]);
            out.floats(&flat.collect::<Vec<_>>()).indices(&[*height, *width]);
        }
        ImageOp::Rotate { angles, fill } => {
            out.floats(angles).floats(&[*fill]);
        }
        ImageOp::Brightness { deltas: list } | ImageOp::Contrast { factors: list } => {
            out.floats(list);
        }
        ImageOp::Saturation { factors: list, range } | ImageOp::Hue { turns: list, range } => {
            out.floats(list).floats(&[range.low, range.high]);
        }
        ImageOp::Erase { areas, value } => {
            let flat =
                areas.iter().flat_map(|cells| [cells.top, cells.left, cells.height, cells.width]);
            out.indices(&flat.collect::<Vec<_>>()).floats(&[*value]);
        }
        ImageOp::FlipHorizontal
        | ImageOp::FlipVertical
        | ImageOp::RgbToGray
        | ImageOp::GrayToRgb
        | ImageOp::Sobel => {}
    }
}

fn network_or_data(call: &Call, out: &mut Writer) {
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
        Call::NetworkDrop { network }
        | Call::NetworkInputShape { network }
        | Call::NetworkLayers { network }
        | Call::NetworkParameters { network } => {
            out.indices(&[network.0]);
        }
        Call::NetworkLogitsFrom { network, layer, activation }
        | Call::NetworkApplyLinear { network, layer, activation }
        | Call::NetworkApplyTranspose { network, layer, activation } => {
            out.indices(&[network.0, *layer, activation.0]);
        }
        Call::NetworkActivationsFrom { network, layer, activation, taps: list } => {
            out.indices(&[network.0, *layer, activation.0]);
            taps(list, out);
        }
        Call::NetworkWithParameters { network, replacements } => {
            let flat = replacements.iter().flat_map(|(at, tensor)| [*at, tensor.0]);
            out.indices(&[network.0]).indices(&flat.collect::<Vec<_>>());
        }
        Call::NetworkTrain { network, examples, labels, descent } => {
            out.indices(&[network.0, examples.0]).indices(labels);
            out.floats(&[descent.learning_rate, descent.momentum, descent.weight_decay]);
            out.indices(&[descent.batch_size, descent.steps]);
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
        _ => derivative(call, out),
    }
}

fn derivative(call: &Call, out: &mut Writer) {
    match call {
        Call::NetworkObjective { pass: at, objective: of }
        | Call::NetworkParameterGradients { pass: at, objective: of } => {
            pass(at, out);
            objective(of, out);
        }
        Call::NetworkGradients { pass: at, objective: of, taps: list } => {
            pass(at, out);
            objective(of, out);
            taps(list, out);
        }
        Call::NetworkJacobianVector { pass: at, tangent: along, taps: list } => {
            pass(at, out);
            tangent(along, out);
            taps(list, out);
        }
        Call::NetworkHessianVector { pass: at, objective: of, tangent: along } => {
            pass(at, out);
            objective(of, out);
            tangent(along, out);
        }
        _ => {}
    }
}

fn pass(pass: &Pass, out: &mut Writer) {
    out.indices(&[pass.network.0, pass.layer, pass.batch.0]);
}

fn objective(objective: &Objective, out: &mut Writer) {
    out.text(objective.name());
    match objective {
        Objective::Cotangent(tensor)
        | Objective::SoftCrossEntropy(tensor)
        | Objective::SquaredError(tensor) => out.indices(&[tensor.0]),
        Objective::CrossEntropy(list) | Objective::Logit(list) | Objective::Margin(list) => {
            out.indices(list)
        }
        Objective::LogitDifference(list) => {
            out.indices(&list.iter().flat_map(|(a, b)| [*a, *b]).collect::<Vec<_>>())
        }
    };
}

fn tangent(tangent: &Tangent, out: &mut Writer) {
    match tangent {
        Tangent::Batch(tensor) => out.text("batch").indices(&[tensor.0]),
        Tangent::Parameters(list) => {
            out.text("parameters").indices(&list.iter().map(|tensor| tensor.0).collect::<Vec<_>>())
        }
    };
}

fn taps(list: &[Tap], out: &mut Writer) {
    out.count(list.len());
    for tap in list {
        out.indices(&[tap.layer]).text(tap.point.name());
    }
}
