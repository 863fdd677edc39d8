//! The way back through the layers, and gradients with respect to activations.

use assay_call::{Tap, TapPoint};
use rayon::prelude::*;

use super::linear::transpose;
use super::objective::Objective;
use super::trace::{Needed, Place, Point, Trace, place};
use super::{activations, classes, input_size};
use crate::cpu::buffers;
use crate::{Lane, PreparedNetwork};

/// Examples of a piece: enough to reuse packed weights, few enough for the memory of all threads.
const PIECE: usize = 16;

/// Gradients of each example's objective with respect to its own activations at `taps`,
/// `[examples, ..shape]` each, in their order. `batch` is what layer `layer` takes, row-major,
/// `[examples, ..input]`; taps lie at that layer or after it.
///
/// At a kink of an activation the derivative is that of the left side; a maximum passes its gradient
/// to the first of equals.
pub fn gradients(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
    taps: &[Tap],
) -> Vec<Vec<f32>> {
    let Some(until) = taps.iter().copied().map(place).min() else { return Vec::new() };
    let needed = Needed::for_way(network, until);
    let size = input_size(network, layer);
    let examples = batch.len() / size;
    // Short batches are spread over the threads; no example's result depends on its piece.
    let piece = examples.div_ceil(lane.threads()).clamp(1, PIECE);
    let run = |(index, part): (usize, &[f32])| {
        let first = index * piece;
        let own = objective.part(first..first + part.len() / size, classes(network));
        let trace = Trace::record(lane, network, layer, part, &needed);
        let mut taken = vec![Vec::new(); taps.len()];
        walk(network, &trace, &own, until, |at, cotangent| {
            for (_, slot) in taps.iter().zip(&mut taken).filter(|(tap, _)| place(**tap) == at) {
                *slot = cotangent.to_vec();
            }
        });
        taken
    };
    let pieces: Vec<Vec<Vec<f32>>> =
        lane.run(|| batch.par_chunks(piece * size).enumerate().map(run).collect());
    let join = |tap: usize| pieces.iter().flat_map(|piece| &piece[tap]).copied().collect();
    (0..taps.len()).map(join).collect()
}

/// Walks from the logits back to the place `until` and shows the cotangent at every place on the way.
///
/// Runs on the threads of the lane that it is called under.
pub(super) fn walk(
    network: &PreparedNetwork,
    trace: &Trace,
    objective: &Objective<'_>,
    until: Place,
    mut visit: impl FnMut(Place, &[f32]),
) {
    let layers = network.network().architecture().layers();
    let logits = trace.logits(network).unwrap_or_default();
    let mut cotangent = objective.cotangents(logits, classes(network));
    for at in (until.0..layers.len()).rev() {
        visit((at, Point::Output), &cotangent);
        if until == (at, Point::Output) {
            break;
        }
        activations::transpose(network, trace, at, &mut cotangent);
        visit((at, Point::PreActivation), &cotangent);
        if until == (at, Point::PreActivation) {
            break;
        }
        let entered = trace.get(network, at, TapPoint::Input);
        cotangent = transpose(network, at, entered, cotangent);
        visit((at, Point::Input), &cotangent);
    }
    buffers::keep(cotangent);
}
