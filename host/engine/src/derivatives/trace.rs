//! What a way back through the layers keeps of the forward pass.

use assay_call::{Tap, TapPoint};

use crate::cpu::gradient::activation::{Needs, needs};
use crate::forward::{forward_from, logits_tap};
use crate::prepared::Operation;
use crate::{Lane, PreparedNetwork};

/// A place on the way back: a layer and where at it. The way goes from the last layer's output down,
/// so later places compare as smaller.
pub(super) type Place = (usize, Point);

/// Where at a layer, in the order of the forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Point {
    Input,
    PreActivation,
    Output,
}

/// The place of a tap.
pub(super) fn place(tap: Tap) -> Place {
    let point = match tap.point {
        TapPoint::Input => Point::Input,
        TapPoint::PreActivation => Point::PreActivation,
        TapPoint::Output => Point::Output,
    };
    (tap.layer as usize, point)
}

/// The taps that a way back needs, without the logits.
#[derive(Debug, Clone, Default)]
pub(super) struct Needed(Vec<Tap>);

impl Needed {
    /// What the derivatives of activations and maxima need, from the last layer down to `until`.
    pub(super) fn for_way(network: &PreparedNetwork, until: Place) -> Self {
        let mut needed = Self::default();
        let layers = network.network().architecture().layers();
        for (at, layer) in layers.iter().enumerate().skip(until.0) {
            let reaches = |point| (at, point) >= until;
            if reaches(Point::PreActivation) {
                match needs(layer.kind.activation()) {
                    Needs::Nothing => {}
                    Needs::Before => needed.add(network, at, TapPoint::PreActivation),
                    Needs::After => needed.add(network, at, TapPoint::Output),
                }
            }
            if reaches(Point::Input) && matches!(network.operation(at), Operation::MaxPool(_)) {
                needed.add(network, at, TapPoint::Input);
            }
        }
        needed
    }

    /// Keeps one more activation.
    pub(super) fn add(&mut self, network: &PreparedNetwork, layer: usize, point: TapPoint) {
        let tap = canonical(network, layer, point);
        if !self.0.contains(&tap) {
            self.0.push(tap);
        }
    }

    /// Keeps what another way needs too.
    pub(super) fn join(&mut self, other: &Self) {
        for tap in &other.0 {
            if !self.0.contains(tap) {
                self.0.push(*tap);
            }
        }
    }

    /// Values that are kept of one example.
    pub(super) fn values(&self, network: &PreparedNetwork) -> usize {
        let layers = network.network().architecture().layers();
        let shape = |tap: &Tap| match tap.point {
            TapPoint::Input => &layers[tap.layer as usize].input,
            TapPoint::PreActivation | TapPoint::Output => &layers[tap.layer as usize].output,
        };
        self.0.iter().map(|tap| shape(tap).iter().product::<usize>()).sum()
    }
}

/// One name for what leaves a layer and enters the next.
fn canonical(network: &PreparedNetwork, layer: usize, point: TapPoint) -> Tap {
    let last = network.network().architecture().layers().len() - 1;
    match point {
        TapPoint::Output if layer < last => Tap { layer: layer as u32 + 1, point: TapPoint::Input },
        _ => Tap { layer: layer as u32, point },
    }
}

/// Activations of some examples.
pub(super) struct Trace {
    taps: Vec<Tap>,
    values: Vec<Vec<f32>>,
}

impl Trace {
    /// Runs a batch, `[examples, ..input of layer start]`, and keeps what is needed, and the logits.
    pub(super) fn record(
        lane: &Lane,
        network: &PreparedNetwork,
        start: usize,
        batch: &[f32],
        needed: &Needed,
    ) -> Self {
        let mut needed = needed.clone();
        let logits = logits_tap(network);
        if !needed.0.contains(&logits) {
            needed.0.push(logits);
        }
        Self::record_needed(lane, network, start, batch, &needed)
    }

    /// As [`record`](Self::record), without the logits: nothing beyond the last need is run.
    pub(super) fn record_needed(
        lane: &Lane,
        network: &PreparedNetwork,
        start: usize,
        batch: &[f32],
        needed: &Needed,
    ) -> Self {
        let values = forward_from(lane, network, start, batch, &needed.0);
        Self { taps: needed.0.clone(), values }
    }

    /// Values at taps that somebody else computed.
    pub(super) fn of(taps: Vec<Tap>, values: Vec<Vec<f32>>) -> Self {
        Self { taps, values }
    }

    /// Where the values are from.
    pub(super) fn taps(&self) -> &[Tap] {
        &self.taps
    }

    /// An activation, if it was kept.
    pub(super) fn get(
        &self,
        network: &PreparedNetwork,
        layer: usize,
        point: TapPoint,
    ) -> Option<&[f32]> {
        let tap = canonical(network, layer, point);
        let at = self.taps.iter().position(|kept| *kept == tap)?;
        Some(&self.values[at])
    }

    /// What leaves the last layer.
    pub(super) fn logits(&self, network: &PreparedNetwork) -> &[f32] {
        let tap = logits_tap(network);
        self.get(network, tap.layer as usize, tap.point).unwrap_or_default()
    }
}
