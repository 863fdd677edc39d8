//! The linear part of a layer and its transpose.

use assay_network::Layer;
use rayon::prelude::*;

use super::Transposed;
use crate::cpu::buffers;
use crate::cpu::gemm::{self, Finish};
use crate::cpu::normalization::Affine;
use crate::cpu::{gradient, pooling};
use crate::prepared::Operation;
use crate::{Lane, PreparedNetwork};

/// Examples that one thread takes at a time.
const GROUP: usize = 8;
/// Pixels that one thread takes at a time where each is on its own.
const GRAIN: usize = 512;
/// Rows that make reading a product's weights worthwhile.
const ROWS: usize = 192;

/// The linear part of a layer, without bias, offset and activation:
/// `[examples, ..input] -> [examples, ..output]`. The layer must be linear
/// ([`LayerKind::is_linear`](assay_network::LayerKind::is_linear)).
pub fn apply_linear(lane: &Lane, network: &PreparedNetwork, layer: usize, x: &[f32]) -> Vec<f32> {
    let own = &network.network().architecture().layers()[layer];
    lane.run(|| apply(network.operation(layer), own, x))
}

/// The transpose of [`apply_linear`]: `[examples, ..output] -> [examples, ..input]`.
pub fn apply_transpose(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    x: &[f32],
) -> Vec<f32> {
    lane.run(|| transpose(network, layer, None, x.to_vec()))
}

/// A layer's linear part.
///
/// Runs on the threads of the lane that it is called under.
pub(super) fn apply(operation: &Operation, layer: &Layer, x: &[f32]) -> Vec<f32> {
    let (from, to) = (layer.input.iter().product(), layer.output.iter().product());
    match operation {
        // A maximum has no linear part: the caller asks only layers that have one.
        Operation::Identity | Operation::MaxPool(_) => x.to_vec(),
        Operation::BatchNorm(affine) => scaled(x.to_vec(), affine.factor()),
        Operation::Dense { .. } | Operation::Convolution { .. } => {
            weigh(operation, layer, &Finish::default(), x)
        }
        Operation::AvgPool(place) => by_images(x, from, to, |x, out| pooling::mean(x, place, out)),
        Operation::GlobalAvgPool => {
            by_images(x, from, to, |x, out| pooling::global_mean(x, to, out))
        }
    }
}

/// A convolution or dense layer with its bias, without its activation; nothing for other layers.
pub(super) fn apply_with_offset(
    operation: &Operation,
    layer: &Layer,
    x: &[f32],
) -> Option<Vec<f32>> {
    let (Operation::Convolution { bias, .. } | Operation::Dense { bias, .. }) = operation else {
        return None;
    };
    let finish = Finish { bias: bias.as_deref(), ..Finish::default() };
    Some(weigh(operation, layer, &finish, x))
}

/// The product of a convolution or dense layer, and what follows it; zeros for other layers.
fn weigh(operation: &Operation, layer: &Layer, finish: &Finish<'_>, x: &[f32]) -> Vec<f32> {
    let (from, to) = (layer.input.iter().product(), layer.output.iter().product());
    let pixels: usize = to / layer.output.last().copied().unwrap_or(1);
    let rows = match operation {
        Operation::Convolution { kernel, .. } => pixels.div_ceil(kernel.tile().pow(2)),
        _ => pixels,
    };
    by_rows([from, to], rows, x, |x, out, ways| match operation {
        Operation::Dense { kernel, .. } => gemm::multiply_rows(x, kernel, finish, out, ways),
        Operation::Convolution { place, kernel, .. } => {
            kernel.convolve(x, place, finish, out, ways);
        }
        // What it is handed was used before.
        _ => out.fill(0.0),
    })
}

/// The way back through a layer without its activation: `cotangent [examples, ..output]` to
/// `[examples, ..input]`. `entered` is what entered the layer; only maxima need it.
///
/// Runs on the threads of the lane that it is called under.
pub(super) fn transpose(
    network: &PreparedNetwork,
    at: usize,
    entered: Option<&[f32]>,
    cotangent: Vec<f32>,
) -> Vec<f32> {
    let layer = &network.network().architecture().layers()[at];
    let (from, to) = (layer.output.iter().product(), layer.input.iter().product());
    match (network.operation(at), network.transposed(at)) {
        (_, Transposed::Convolution(kernel)) => {
            let back = by_rows([from, to], kernel.product_rows(), &cotangent, |x, out, ways| {
                kernel.apply(x, out, ways);
            });
            buffers::keep(cotangent);
            back
        }
        (_, Transposed::Dense(kernel)) => {
            let back = by_rows([from, to], to / kernel.n(), &cotangent, |x, out, ways| {
                gemm::multiply_rows(x, kernel, &gemm::Finish::default(), out, ways);
            });
            buffers::keep(cotangent);
            back
        }
        (Operation::MaxPool(place), _) => {
            let Some(entered) = entered else { return cotangent };
            let mut back = buffers::vector(entered.len());
            let images = entered.par_chunks_exact(to).zip(cotangent.par_chunks_exact(from));
            images.zip(back.par_chunks_exact_mut(to)).for_each(|((image, cotangent), back)| {
                back.fill(0.0);
                gradient::pooling::maximum(image, place, cotangent, back);
            });
            buffers::keep(cotangent);
            back
        }
        (Operation::AvgPool(place), _) => {
            by_images(&cotangent, from, to, |x, out| gradient::pooling::mean(place, x, out))
        }
        (Operation::GlobalAvgPool, _) => {
            by_images(&cotangent, from, to, gradient::pooling::global_mean)
        }
        (Operation::BatchNorm(affine), _) => scaled(cotangent, affine.factor()),
        (Operation::Identity | Operation::Convolution { .. } | Operation::Dense { .. }, _) => {
            cotangent
        }
    }
}

/// Each value times its channel's factor.
pub(super) fn scaled(mut values: Vec<f32>, factors: &[f32]) -> Vec<f32> {
    let parts = values.par_chunks_mut(GRAIN * factors.len());
    parts.for_each(|values| gradient::elementwise::scale(values, factors));
    values
}

/// `offset + factor * (x - mean)`, as a batch norm has it.
pub(super) fn normalized(mut values: Vec<f32>, affine: &Affine) -> Vec<f32> {
    let size = GRAIN * affine.factor().len();
    values.par_chunks_mut(size).for_each(|values| affine.apply(values));
    values
}

/// The sum of two arrays of one shape, of which one that is not there is zeros.
pub(super) fn sum(one: Option<Vec<f32>>, other: Option<Vec<f32>>) -> Option<Vec<f32>> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            add(&mut one, &other);
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

/// Adds an array to another of its shape.
pub(super) fn add(into: &mut [f32], terms: &[f32]) {
    let size = GRAIN * GROUP;
    into.par_chunks_mut(size).zip(terms.par_chunks(size)).for_each(|(into, terms)| {
        for (slot, term) in into.iter_mut().zip(terms) {
            *slot += *term;
        }
    });
}

/// Runs a product, which writes all of its result, on groups of examples whose rows make reading its
/// weights worthwhile: `[from, to]` values of each example, `rows` rows. Where there are too few groups for the threads,
/// one call takes all of them and is cut inside.
fn by_rows(
    [from, to]: [usize; 2],
    rows: usize,
    x: &[f32],
    function: impl Fn(&[f32], &mut [f32], usize) + Sync,
) -> Vec<f32> {
    let examples = x.len() / from;
    let mut out = buffers::vector(examples * to);
    let threads = rayon::current_num_threads();
    let group = ROWS.div_ceil(rows.max(1));
    if examples.div_ceil(group) < 2 * threads {
        function(x, &mut out, threads);
    } else {
        let groups = x.par_chunks(group * from).zip(out.par_chunks_mut(group * to));
        groups.for_each(|(x, out)| function(x, out, 1));
    }
    out
}

/// Runs a function on every example: `from` values of each to `to` zeros of each.
fn by_images(
    x: &[f32],
    from: usize,
    to: usize,
    function: impl Fn(&[f32], &mut [f32]) + Sync,
) -> Vec<f32> {
    let mut out = vec![0.0; x.len() / from * to];
    let images = x.par_chunks_exact(from).zip(out.par_chunks_exact_mut(to));
    images.for_each(|(image, out)| function(image, out));
    out
}
