//! Passes through a network.
//!
//! A batch is cut into pieces of a few examples, which run on the lane's threads. No example's
//! result depends on another's, so neither the cut nor the threads can change a bit.

use assay_call::{Tap, TapPoint};
use rayon::prelude::*;

use crate::cpu::{activation, convolution, gemm, pooling};
use crate::prepared::Operation;
use crate::{Lane, PreparedNetwork};

/// Examples of a piece: enough to reuse packed weights, few enough for the cache.
const PIECE: usize = 8;

/// Runs a batch (row-major, `examples x input`) and returns the activations at each tap, in the
/// order of `taps`, row-major with the examples first.
///
/// Taps must name layers of the network, and the batch must be whole examples.
pub fn forward(
    lane: &Lane,
    network: &PreparedNetwork,
    batch: &[f32],
    taps: &[Tap],
) -> Vec<Vec<f32>> {
    forward_from(lane, network, 0, batch, taps)
}

/// Runs the layers from `start` on: `batch` is what that layer takes, row-major,
/// `examples x layers[start].input`. Everything else is as in [`forward`].
///
/// Taps must name layers at or after `start`.
pub fn forward_from(
    lane: &Lane,
    network: &PreparedNetwork,
    start: usize,
    batch: &[f32],
    taps: &[Tap],
) -> Vec<Vec<f32>> {
    let size = input_size(network, start);
    let pieces: Vec<Vec<Vec<f32>>> = lane.run(|| {
        batch.par_chunks(PIECE * size).map(|piece| run_piece(network, start, piece, taps)).collect()
    });
    let join = |tap: usize| pieces.iter().flat_map(|piece| &piece[tap]).copied().collect();
    (0..taps.len()).map(join).collect()
}

/// The tap that gives a network's logits.
pub(crate) fn logits_tap(network: &PreparedNetwork) -> Tap {
    let layers = network.network().architecture().layers().len();
    Tap { layer: layers as u32 - 1, point: TapPoint::Output }
}

/// Values of one example as layer `start` takes it.
fn input_size(network: &PreparedNetwork, start: usize) -> usize {
    network.network().architecture().layers()[start].input.iter().product()
}

fn run_piece(
    network: &PreparedNetwork,
    start: usize,
    batch: &[f32],
    taps: &[Tap],
) -> Vec<Vec<f32>> {
    let architecture = network.network().architecture();
    let examples = batch.len() / input_size(network, start);
    let mut taken = vec![Vec::new(); taps.len()];
    let mut take = |layer: usize, point: TapPoint, values: &[f32]| {
        for (tap, slot) in taps.iter().zip(&mut taken) {
            if tap.layer as usize == layer && tap.point == point {
                *slot = values.to_vec();
            }
        }
    };
    let last = taps.iter().map(|tap| tap.layer as usize).max().unwrap_or(0);
    let mut current = batch.to_vec();
    let mut scratch = Vec::new();
    let layers = architecture.layers().iter().zip(network.operations());
    for (at, (layer, operation)) in layers.enumerate().take(last + 1).skip(start) {
        take(at, TapPoint::Input, &current);
        let size: usize = layer.output.iter().product();
        current = run_layer(operation, current, examples, size, &mut scratch);
        take(at, TapPoint::PreActivation, &current);
        let row = layer.output.last().copied().unwrap_or(1);
        activation::apply(layer.kind.activation(), &mut current, row);
        take(at, TapPoint::Output, &current);
    }
    taken
}

/// A layer without its activation, on `examples` examples; the result has `size` values for each.
fn run_layer(
    operation: &Operation,
    mut input: Vec<f32>,
    examples: usize,
    size: usize,
    scratch: &mut Vec<f32>,
) -> Vec<f32> {
    if let Operation::Identity = operation {
        return input;
    }
    if let Operation::BatchNorm(affine) = operation {
        affine.apply(&mut input);
        return input;
    }
    let mut output = vec![0.0; examples * size];
    if let Operation::Dense { kernel, bias } = operation {
        gemm::multiply(&input, kernel, bias.as_deref(), &mut output);
        return output;
    }
    let images = input.chunks_exact(input.len() / examples.max(1));
    for (image, out) in images.zip(output.chunks_exact_mut(size)) {
        match operation {
            Operation::Convolution { place, kernel, bias } => {
                convolution::convolve(image, place, kernel, bias.as_deref(), scratch, out);
            }
            Operation::MaxPool(place) => pooling::maximum(image, place, out),
            Operation::AvgPool(place) => pooling::mean(image, place, out),
            Operation::GlobalAvgPool => pooling::global_mean(image, size, out),
            Operation::Dense { .. } | Operation::BatchNorm(_) | Operation::Identity => {}
        }
    }
    output
}
