//! Passes through a network.
//!
//! A pass is planned first ([`plan`]): which layers run as one step, and which values are kept. Then
//! steps run stage by stage ([`stage`]): a batch is cut into pieces that fit the cache, or, if it has
//! few examples, each step is cut. No example's result depends on another's and every kernel has one
//! order of accumulation, so neither cuts nor threads nor fusing can change a bit.

mod plan;
mod stage;
mod step;

use assay_call::{Tap, TapPoint};

use self::plan::Plan;
use crate::{Lane, PreparedNetwork};

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
    let size: usize = network.network().architecture().layers()[start].input.iter().product();
    let plan = Plan::new(network, start, taps);
    let mut kept = lane.run(|| stage::run(&plan, batch, batch.len() / size, lane.threads()));
    // A value that several taps ask for is copied for all but the last of them.
    let last = |at: usize| !plan.taps[at + 1..].contains(&plan.taps[at]);
    let take = |(at, slot): (usize, &usize)| {
        if last(at) { std::mem::take(&mut kept[*slot]) } else { kept[*slot].clone() }
    };
    plan.taps.iter().enumerate().map(take).collect()
}

/// The tap that gives a network's logits.
pub(crate) fn logits_tap(network: &PreparedNetwork) -> Tap {
    let layers = network.network().architecture().layers().len();
    Tap { layer: layers as u32 - 1, point: TapPoint::Output }
}
