//! Gradients with respect to the parameters: sums over examples in a fixed order.
//!
//! * A kernel's element is summed over the examples in order, inside an example over the output
//!   positions in order, in blocks of at most 256 terms. A block's sum is made by fused multiply-adds in
//!   sequence from zero and then added to the total. Where an example has one position (dense layers
//!   on flat inputs), a block is 256 consecutive examples, counted from the batch's start. Convolutions
//!   that run by Winograd's algorithm sum over tiles instead of positions ([`winograd::accumulate`]).
//! * Biases, offsets and scales are summed over examples and positions in order in 64-bit floats and
//!   rounded once.
//!
//! Threads take parts of the arrays, each with all its terms, so their number cannot change a bit.

use assay_call::TapPoint;
use assay_network::{Layer, LayerKind, ParameterRole};
use rayon::prelude::*;

use super::objective::Objective;
use super::reverse::walk;
use super::trace::{Needed, Point, Trace};
use super::{classes, input_size};
use crate::cpu::convolution::Placement;
use crate::cpu::gemm::{BLOCK, Start};
use crate::cpu::gradient::{convolution, dense, sums};
use crate::cpu::winograd;
use crate::prepared::Operation;
use crate::{Lane, PreparedNetwork};

/// Values kept of a piece's forward pass: 128 MiB.
const PIECE_VALUES: usize = 1 << 25;
/// Elements of a complete block that one thread adds to its total.
const CLOSING: usize = 1 << 16;

/// Gradients of the sum of the examples' objectives with respect to the parameters, one array for
/// each, in their order and shapes. `batch` is what layer `layer` takes, row-major,
/// `[examples, ..input]`.
///
/// Moving statistics count as constants: their gradients are zeros, and so are those of the layers
/// before `layer`.
pub fn parameter_gradients(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
) -> Vec<Vec<f32>> {
    in_pieces(lane, network, layer, batch, objective, piece_of)
}

/// Examples of a piece of whose forward pass so many values are kept of each: a power of two up to
/// 256, so that pieces never cut a block of examples.
pub(super) fn piece_of(values: usize) -> usize {
    let fitting = (PIECE_VALUES / values.max(1)).clamp(1, BLOCK);
    1 << fitting.ilog2()
}

/// [`parameter_gradients`] in pieces of a number of examples that the values kept of one decide.
fn in_pieces(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
    piece: impl Fn(usize) -> usize + Send + Sync,
) -> Vec<Vec<f32>> {
    // On one of the lane's threads from start to end, so that the memory of a piece serves the next.
    lane.run(|| {
        let layers = network.network().architecture().layers();
        let mut totals: Vec<Totals> =
            layers.iter().enumerate().map(|(at, own)| Totals::new(own, at >= layer)).collect();
        let with_parameters = (layer..layers.len()).find(|at| !layers[*at].parameters.is_empty());
        if let Some(lowest) = with_parameters {
            let until = (lowest, Point::PreActivation);
            let mut needed = Needed::for_way(network, until);
            for at in (lowest..layers.len()).filter(|at| !layers[*at].parameters.is_empty()) {
                needed.add(network, at, TapPoint::Input);
            }
            let size = input_size(network, layer);
            let piece = piece(needed.values(network));
            for (index, part) in batch.chunks(piece * size).enumerate() {
                let first = index * piece;
                let own = objective.part(first..first + part.len() / size, classes(network));
                let trace = Trace::record(lane, network, layer, part, &needed);
                walk(network, &trace, &own, until, |(at, point), cotangent| {
                    let entered = trace.get(network, at, TapPoint::Input);
                    if let (Point::PreActivation, Some(entered)) = (point, entered) {
                        totals[at].add(network.operation(at), &layers[at], entered, cotangent);
                    }
                });
            }
        }
        let finished = totals.into_iter().enumerate();
        finished.flat_map(|(at, totals)| totals.finish(network, at)).collect()
    })
}

/// Sums of one layer's gradients so far.
#[derive(Default)]
pub(super) struct Totals {
    /// Of the kernel, complete blocks only.
    kernel: Vec<f32>,
    /// A block of examples that is not complete yet, and how many it has: of dense layers on flat
    /// inputs.
    open: Vec<f32>,
    opened: usize,
    /// Of bias or beta.
    offset: Vec<f64>,
    /// Of gamma, still to be divided by the standard deviation.
    scale: Vec<f64>,
}

impl Totals {
    /// Zeros for a layer; nothing if its gradients are not asked for.
    pub(super) fn new(layer: &Layer, asked: bool) -> Self {
        let mut totals = Self::default();
        if asked && !layer.parameters.is_empty() {
            let width = layer.output.last().copied().unwrap_or(1);
            totals.offset = vec![0.0; width];
            totals.scale = vec![0.0; width];
        }
        totals
    }

    /// Adds a piece: what entered the layer and the cotangent of its pre-activation.
    pub(super) fn add(
        &mut self,
        operation: &Operation,
        layer: &Layer,
        entered: &[f32],
        cotangent: &[f32],
    ) {
        let width = layer.output.last().copied().unwrap_or(1);
        let offsets = self.offset.par_chunks_mut(sums::CHANNELS).enumerate();
        offsets.for_each(|(part, into)| {
            sums::columns(cotangent, width, part * sums::CHANNELS, into);
        });
        self.add_kernel(operation, layer, entered, cotangent);
        if let Operation::BatchNorm(affine) = operation {
            self.add_scale(entered, cotangent, affine.mean());
        }
    }

    /// Adds a piece's products of a tangent of what entered the layer with the cotangent of its
    /// pre-activation: what changes of an offset do not contribute to.
    pub(super) fn add_products(
        &mut self,
        operation: &Operation,
        layer: &Layer,
        moved: &[f32],
        cotangent: &[f32],
    ) {
        self.add_kernel(operation, layer, moved, cotangent);
        if let Operation::BatchNorm(affine) = operation {
            self.add_scale(moved, cotangent, &vec![0.0; affine.mean().len()]);
        }
    }

    fn add_scale(&mut self, entered: &[f32], cotangent: &[f32], mean: &[f32]) {
        let scales = self.scale.par_chunks_mut(sums::CHANNELS).enumerate();
        scales.for_each(|(part, into)| {
            sums::centred_products(cotangent, entered, mean, part * sums::CHANNELS, into);
        });
    }

    fn add_kernel(
        &mut self,
        operation: &Operation,
        layer: &Layer,
        entered: &[f32],
        cotangent: &[f32],
    ) {
        let width = layer.output.last().copied().unwrap_or(1);
        match operation {
            Operation::Convolution { place, .. } if winograd::suits(place, width) => {
                self.add_tiles(place, width, entered, cotangent);
            }
            Operation::Convolution { place, kernel, .. } => {
                self.kernel.resize(kernel.k() * width, 0.0);
                convolution::accumulate_kernel(place, entered, cotangent, width, &mut self.kernel);
            }
            Operation::Dense { kernel, .. } if layer.input.len() == 1 => {
                self.kernel.resize(kernel.k() * width, 0.0);
                self.open.resize(kernel.k() * width, 0.0);
                let shape = [kernel.k(), width];
                dense::continue_kernel(entered, cotangent, shape, &mut self.open);
                self.opened += cotangent.len() / width;
                if self.opened == BLOCK {
                    self.close();
                }
            }
            Operation::Dense { kernel, .. } => {
                self.kernel.resize(kernel.k() * width, 0.0);
                let positions = layer.output.iter().product::<usize>() / width;
                let shape = [positions, kernel.k(), width];
                dense::accumulate_kernel(entered, cotangent, shape, &mut self.kernel);
            }
            _ => {}
        }
    }

    /// Adds a piece's sums over tiles. A piece is a power of two: it has whole blocks of examples, or is
    /// a part of one; only the batch's end is neither.
    fn add_tiles(&mut self, place: &Placement, width: usize, entered: &[f32], cotangent: &[f32]) {
        let block = winograd::examples_of_a_block(place);
        let size = place.input.iter().product::<usize>();
        let examples = entered.len() / size;
        let made = cotangent.len() / examples.max(1);
        self.kernel.resize(winograd::places(place.input[2], width), 0.0);
        let whole = if self.opened == 0 { examples - examples % block } else { 0 };
        let [own, cotangents] = [&entered[..whole * size], &cotangent[..whole * made]];
        winograd::accumulate(place, own, cotangents, width, Start::Add, &mut self.kernel);
        let mut from = whole;
        while from < examples {
            let to = examples.min(from + block - self.opened);
            self.open.resize(self.kernel.len(), 0.0);
            let [own, cotangents] =
                [&entered[from * size..to * size], &cotangent[from * made..to * made]];
            winograd::accumulate(place, own, cotangents, width, Start::Continue, &mut self.open);
            self.opened += to - from;
            if self.opened == block {
                self.close();
            }
            from = to;
        }
    }

    /// Adds the open block to the total.
    fn close(&mut self) {
        let parts = self.kernel.par_chunks_mut(CLOSING).zip(self.open.par_chunks_mut(CLOSING));
        parts.for_each(|(total, open)| {
            for (total, open) in total.iter_mut().zip(open) {
                *total += std::mem::take(open);
            }
        });
        self.opened = 0;
    }

    /// The gradients of layer `at`, in the order of its parameters.
    pub(super) fn finish(mut self, network: &PreparedNetwork, at: usize) -> Vec<Vec<f32>> {
        if self.opened > 0 {
            self.close();
        }
        let architecture = network.network().architecture();
        let layer = &architecture.layers()[at];
        let own = layer.parameters.clone();
        own.map(|index| {
            let parameter = &architecture.parameters()[index];
            let rounded = |sums: &[f64]| sums.iter().map(|sum| *sum as f32).collect();
            let mut gradient: Vec<f32> = match parameter.role {
                ParameterRole::Kernel => self.kernel(network.operation(at), layer),
                ParameterRole::Bias | ParameterRole::Beta => rounded(&self.offset),
                ParameterRole::Gamma => self.normalized(network, layer),
                ParameterRole::MovingMean | ParameterRole::MovingVariance => Vec::new(),
            };
            // No example, a layer before the start, or a constant.
            gradient.resize(parameter.shape.iter().product(), 0.0);
            gradient
        })
        .collect()
    }

    /// The gradient of a kernel: its total, turned back from tiles if it is one over tiles.
    fn kernel(&mut self, operation: &Operation, layer: &Layer) -> Vec<f32> {
        let width = layer.output.last().copied().unwrap_or(1);
        let total = std::mem::take(&mut self.kernel);
        match operation {
            Operation::Convolution { place, .. }
                if winograd::suits(place, width) && !total.is_empty() =>
            {
                winograd::finish(&total, place.input[2] * width)
            }
            _ => total,
        }
    }

    /// The gradient of gamma: the sums over the standard deviation, rounded once.
    fn normalized(&self, network: &PreparedNetwork, layer: &Layer) -> Vec<f32> {
        let architecture = network.network().architecture();
        let variance = architecture.parameter_of(layer, ParameterRole::MovingVariance);
        let (Some(variance), LayerKind::BatchNorm { epsilon, .. }) = (variance, &layer.kind) else {
            return Vec::new();
        };
        let pairs = self.scale.iter().zip(&*network.network().weights()[variance]);
        let quotients = pairs.map(|(sum, variance)| {
            (sum / (f64::from(*variance) + f64::from(*epsilon)).sqrt()) as f32
        });
        quotients.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derivatives::pieces::{network_and_batch, tiled_network_and_batch};

    fn check(network: &PreparedNetwork, batch: &[f32], labels: &[u32], pieces: &[usize]) {
        let run = |threads: usize, piece: usize| {
            let lane = Lane::new(threads).unwrap();
            let entropy = Objective::CrossEntropy(labels);
            let all = in_pieces(&lane, network, 0, batch, &entropy, |_| piece);
            all.concat().iter().map(|value| value.to_bits()).collect::<Vec<_>>()
        };
        let whole = run(2, 256);
        assert!(whole.iter().any(|bits| *bits != 0), "something was computed");
        for piece in pieces {
            assert_eq!(run(2, *piece), whole, "pieces of {piece}");
        }
        assert_eq!(run(1, 64), whole, "one thread");
    }

    #[test]
    fn pieces_change_no_bit() {
        let (network, batch, labels) = network_and_batch();
        check(&network, &batch, &labels, &[1, 2, 64]);
    }

    /// Pieces below, at and above a block of examples, and a batch that ends inside one.
    #[test]
    fn pieces_change_no_bit_of_sums_over_tiles() {
        let (network, batch, labels) = tiled_network_and_batch();
        let layer = &network.network().architecture().layers()[1];
        let Operation::Convolution { place, .. } = network.operation(1) else {
            panic!("{layer:?}")
        };
        assert!(winograd::suits(place, 32) && winograd::examples_of_a_block(place) == 32);
        check(&network, &batch, &labels, &[1, 8, 32, 128]);
        // The batch's end, which is no whole block, as a batch of its own.
        let few = &batch[..45 * 40];
        check(&network, few, &labels[..45], &[4, 64]);
    }
}
