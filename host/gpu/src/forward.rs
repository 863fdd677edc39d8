//! Passes through a network on the adapter.

use std::ops::Range;

use assay_call::{Tap, TapPoint};
use assay_network::{Architecture, Layer};
use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};

use crate::flow::Flow;
use crate::resident::Operation;
use crate::{AdapterError, ResidentNetwork};

/// Distance from the `cpu` lane's result that a pass may have, relative to the largest value of its
/// output. Both lanes add in 32-bit floats, in different orders; each of up to a dozen layers adds
/// some units of 2^-24 times the root of its inner length.
pub const TOLERANCE: f32 = 2e-5;

/// Elements of the widest activation of one piece of a batch: 64 MiB, half of what every adapter
/// binds at once.
const PIECE: usize = 1 << 24;

/// Runs a batch (row-major, `examples x input` of layer `layer`; 0 for examples) and returns the
/// activations at each tap, in the order of `taps`, row-major with the examples first, channels last.
///
/// Taps must name layers from `layer` on, and the batch must be whole examples.
pub fn forward(
    network: &ResidentNetwork,
    layer: usize,
    batch: &[f32],
    taps: &[Tap],
) -> Result<Vec<Vec<f32>>, AdapterError> {
    let architecture = network.architecture();
    let input = &architecture.layers()[layer].input;
    let last = taps.iter().map(|tap| tap.layer as usize).max().unwrap_or(layer);
    let mut results = vec![Vec::new(); taps.len()];
    for (_, piece) in pieces(architecture, layer, batch) {
        let flow = Flow::enter(piece, input, &network.device);
        let mut taken = vec![None; taps.len()];
        walk(network.operations(), &architecture.layers()[..=last], layer, flow, |at, flow| {
            for (tap, slot) in taps.iter().zip(&mut taken) {
                if *tap == at {
                    *slot = Some(flow.clone());
                }
            }
            flow
        });
        for (slot, flow) in results.iter_mut().zip(taken) {
            // Every tap lies on the way: it names a layer that was walked.
            slot.extend(flow.map_or_else(|| Ok(Vec::new()), Flow::values)?);
        }
    }
    Ok(results)
}

/// The tap that gives a network's logits.
pub(crate) fn logits_tap(architecture: &Architecture) -> Tap {
    Tap { layer: architecture.layers().len() as u32 - 1, point: TapPoint::Output }
}

/// Cuts a batch that enters at `layer` into pieces, each with the positions of its examples. The cut
/// depends on shapes only, so equal batches are cut alike.
pub(crate) fn pieces<'a>(
    architecture: &Architecture,
    layer: usize,
    batch: &'a [f32],
) -> impl Iterator<Item = (Range<usize>, &'a [f32])> + use<'a> {
    let count = |shape: &Vec<usize>| shape.iter().product::<usize>();
    let sizes = architecture.layers().iter().flat_map(|layer| [&layer.input, &layer.output]);
    let widest = sizes.map(count).max().unwrap_or(1);
    let examples = (PIECE / widest).max(1);
    let size = count(&architecture.layers()[layer].input);
    batch.chunks(examples * size).enumerate().map(move |(at, piece)| {
        let first = at * examples;
        (first..first + piece.len() / size, piece)
    })
}

/// Walks a flow through layers, beginning with layer `from`, and returns what leaves the last. At each
/// point of each layer `visit` sees the flow and says what goes on.
pub(crate) fn walk(
    operations: &[Operation],
    layers: &[Layer],
    from: usize,
    mut flow: Flow,
    mut visit: impl FnMut(Tap, Flow) -> Flow,
) -> Flow {
    for (at, (layer, operation)) in layers.iter().zip(operations).enumerate().skip(from) {
        let tap = |point: TapPoint| Tap { layer: at as u32, point };
        flow = visit(tap(TapPoint::Input), flow);
        flow = run_layer(operation, flow, &layer.input, &layer.output);
        flow = visit(tap(TapPoint::PreActivation), flow);
        flow = flow.activate(layer.kind.activation(), &layer.output);
        flow = visit(tap(TapPoint::Output), flow);
    }
    flow
}

/// A layer without its activation, from one shape to another.
fn run_layer(operation: &Operation, flow: Flow, input: &[usize], output: &[usize]) -> Flow {
    let width = input.last().copied().unwrap_or(1);
    match (operation, flow) {
        (Operation::Convolution { kernel, bias, options }, Flow::Pictures(x)) => {
            Flow::Pictures(conv2d(x, kernel.clone(), bias.clone(), options.clone()))
        }
        (Operation::MaxPool(options), Flow::Pictures(x)) => {
            Flow::Pictures(max_pool2d(x, options.clone()))
        }
        (Operation::AvgPool(options), Flow::Pictures(x)) => {
            Flow::Pictures(avg_pool2d(x, options.clone()))
        }
        (Operation::GlobalAvgPool, Flow::Pictures(x)) => {
            let [count, channels, height, width] = x.dims();
            let pixels = x.reshape([count, channels, height * width]);
            Flow::Rows(pixels.mean_dim(2).reshape([count, channels]))
        }
        (Operation::Dense { kernel, bias }, flow) => flow.last_axis(width, output, |rows| {
            let product = rows.matmul(kernel.clone());
            match bias {
                Some(bias) => product + bias.clone(),
                None => product,
            }
        }),
        (Operation::BatchNorm { mean, factor, offset }, Flow::Pictures(x)) => {
            let channels = |row: &burn::tensor::Tensor<2>| row.clone().reshape([1, width, 1, 1]);
            Flow::Pictures((x - channels(mean)) * channels(factor) + channels(offset))
        }
        (Operation::BatchNorm { mean, factor, offset }, flow) => {
            flow.last_axis(width, output, |rows| {
                (rows - mean.clone()) * factor.clone() + offset.clone()
            })
        }
        (Operation::Flatten, flow) => Flow::Rows(flow.rows()),
        // Windows slide over pictures only: an architecture with other shapes does not exist.
        (_, flow) => flow,
    }
}
