//! What a way back through the layers keeps of the forward pass.

use assay_call::{Tap, TapPoint};

use crate::cpu::buffers;
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
        self.0.iter().map(|tap| tap_size(network, *tap)).sum()
    }

    /// The taps, and the one of the logits.
    pub(super) fn with_logits(&self, network: &PreparedNetwork) -> Vec<Tap> {
        let mut taps = self.0.clone();
        let logits = logits_tap(network);
        if !taps.contains(&logits) {
            taps.push(logits);
        }
        taps
    }
}

/// Values of one example at a tap.
pub(super) fn tap_size(network: &PreparedNetwork, tap: Tap) -> usize {
    let layer = &network.network().architecture().layers()[tap.layer as usize];
    let shape = match tap.point {
        TapPoint::Input => &layer.input,
        TapPoint::PreActivation | TapPoint::Output => &layer.output,
    };
    shape.iter().product()
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

impl Drop for Trace {
    fn drop(&mut self) {
        self.values.drain(..).for_each(buffers::keep);
    }
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
        Self::at(lane, network, start, batch, needed.with_logits(network))
    }

    /// As [`record`](Self::record), without the logits: nothing beyond the last need is run.
    pub(super) fn record_needed(
        lane: &Lane,
        network: &PreparedNetwork,
        start: usize,
        batch: &[f32],
        needed: &Needed,
    ) -> Self {
        Self::at(lane, network, start, batch, needed.0.clone())
    }

    fn at(
        lane: &Lane,
        network: &PreparedNetwork,
        start: usize,
        batch: &[f32],
        taps: Vec<Tap>,
    ) -> Self {
        let values = forward_from(lane, network, start, batch, &taps);
        Self { taps, values }
    }

    /// Values at taps that somebody else computed.
    pub(super) fn of(values: Vec<(Tap, Vec<f32>)>) -> Self {
        let (taps, values) = values.into_iter().unzip();
        Self { taps, values }
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

    /// What leaves the last layer, if it was kept.
    pub(super) fn logits(&self, network: &PreparedNetwork) -> Option<&[f32]> {
        let tap = logits_tap(network);
        self.get(network, tap.layer as usize, tap.point)
    }
}
