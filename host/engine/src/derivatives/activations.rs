//! Activations on the way forward and back, on the threads of the lane that they are called under.

use assay_call::TapPoint;
use rayon::prelude::*;

use super::trace::Trace;
use crate::PreparedNetwork;
use crate::cpu::gradient::activation::{self, Needs, needs};
use crate::cpu::gradient::curvature;

/// Examples that one thread takes at a time.
const GROUP: usize = 8;

/// Turns the cotangent of what leaves layer `at` into that of its pre-activation, in place. Jacobians
/// of activations are symmetric: this also turns a tangent of the pre-activation into that of the
/// output.
pub(super) fn transpose(network: &PreparedNetwork, trace: &Trace, at: usize, values: &mut [f32]) {
    let layer = &network.network().architecture().layers()[at];
    let function = layer.kind.activation();
    let kept = match needs(function) {
        Needs::Nothing => return,
        Needs::Before => trace.get(network, at, TapPoint::PreActivation),
        Needs::After => trace.get(network, at, TapPoint::Output),
    };
    let row = layer.output.last().copied().unwrap_or(1);
    let size = GROUP * layer.output.iter().product::<usize>();
    let groups = values.par_chunks_mut(size).zip(kept.unwrap_or_default().par_chunks(size));
    groups.for_each(|(values, kept)| activation::transpose(function, kept, values, row));
}

/// How the cotangent of a layer's pre-activation changes because its activation's slope does, for the
/// cotangent of what leaves it: nothing where the slope does not change along the way of `moved`.
pub(super) fn bend(
    network: &PreparedNetwork,
    trace: &Trace,
    moved: &Trace,
    at: usize,
    cotangent: &[f32],
) -> Option<Vec<f32>> {
    let layer = &network.network().architecture().layers()[at];
    let function = layer.kind.activation();
    if !curvature::is_curved(function) {
        return None;
    }
    let before = trace.get(network, at, TapPoint::PreActivation)?;
    let tangent = moved.get(network, at, TapPoint::PreActivation)?;
    let row = layer.output.last().copied().unwrap_or(1);
    let size = GROUP * layer.output.iter().product::<usize>();
    let mut bent = cotangent.to_vec();
    let groups = bent.par_chunks_mut(size).zip(before.par_chunks(size));
    groups.zip(tangent.par_chunks(size)).for_each(|((bent, before), tangent)| {
        curvature::bend(function, before, tangent, bent, row);
    });
    Some(bent)
}
