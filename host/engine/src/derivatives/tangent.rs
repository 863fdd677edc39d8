//! Forward mode: how activations change along a tangent.
//!
//! Until something changes, tangents are zeros, and nothing is computed for them: before the first
//! layer whose parameters change, and for every layer whose changes are all zeros.

use assay_call::{Tap, TapPoint};
use assay_network::{LayerKind, ParameterRole};
use rayon::prelude::*;

use super::linear::{apply, apply_with_offset, normalized, scaled, sum};
use super::trace::{Needed, Place, Point, Trace, place, tap_size};
use super::{activations, input_size};
use crate::cpu::gradient::activation::{Needs, needs};
use crate::cpu::gradient::pooling;
use crate::cpu::normalization::Affine;
use crate::prepared::Operation;
use crate::{Lane, PreparedNetwork};

/// Examples of a piece: enough to reuse packed weights, few enough for the cache.
const PIECE: usize = 8;

/// What a derivative is taken along.
#[derive(Debug, Clone, PartialEq)]
pub enum Tangent<'a> {
    /// A change of the batch, of its shape.
    Batch(&'a [f32]),
    /// A change of the parameters: one array for each, in their order and shapes. Moving statistics
    /// count as constants: their changes are not looked at.
    Parameters(Vec<&'a [f32]>),
}

/// Derivatives of the activations at `taps` along a tangent, `[examples, ..shape]` each, in their
/// order. `batch` is what layer `layer` takes, row-major, `[examples, ..input]`; taps lie at that
/// layer or after it.
pub fn jacobian_vector(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    tangent: &Tangent<'_>,
    taps: &[Tap],
) -> Vec<Vec<f32>> {
    let Some(end) = taps.iter().copied().map(place).max() else { return Vec::new() };
    let change = ParameterChange::new(network, layer, tangent);
    let from = first_moved(network, layer, change.as_ref());
    let needed = needed(network, change.as_ref(), from, end);
    let size = input_size(network, layer);
    // Short batches are spread over the threads; no example's result depends on its piece.
    let piece = (batch.len() / size).div_ceil(lane.threads()).clamp(1, PIECE);
    let run = |(index, part): (usize, &[f32])| {
        let trace = Trace::record_needed(lane, network, layer, part, &needed);
        let own = tangent.part(index * piece * size, part.len());
        let mut taken = vec![Vec::new(); taps.len()];
        let way = Way { network, trace: &trace, change: change.as_ref(), start: layer, end };
        way.walk(own, |at, tangent| {
            for (tap, slot) in taps.iter().zip(&mut taken).filter(|(tap, _)| place(**tap) == at) {
                let zeros = || vec![0.0; part.len() / size * tap_size(network, *tap)];
                *slot = tangent.map_or_else(zeros, <[f32]>::to_vec);
            }
        });
        taken
    };
    let pieces: Vec<Vec<Vec<f32>>> =
        lane.run(|| batch.par_chunks(piece * size).enumerate().map(run).collect());
    let join = |tap: usize| pieces.iter().flat_map(|piece| &piece[tap]).copied().collect();
    (0..taps.len()).map(join).collect()
}

impl Tangent<'_> {
    /// The change of a part of the batch; nothing where only the parameters change.
    pub(super) fn part(&self, first: usize, length: usize) -> Option<Vec<f32>> {
        match self {
            Self::Batch(values) => Some(values[first..][..length].to_vec()),
            Self::Parameters(_) => None,
        }
    }
}

/// A change of the parameters in the form that layers read.
pub(super) struct ParameterChange {
    /// Whether each layer changes: its way is passed over where all its changes are zeros.
    changes: Vec<bool>,
    /// The changes of kernels and biases in the place of the parameters, for layers that change.
    weights: PreparedNetwork,
    /// Of batch norms: `(x - mean) * (change of the factor) + (change of the offset)`.
    norms: Vec<Option<Affine>>,
}

impl ParameterChange {
    /// Packs a tangent for a way that begins at layer `start`; nothing if it is one of the batch.
    pub(super) fn new(
        network: &PreparedNetwork,
        start: usize,
        tangent: &Tangent<'_>,
    ) -> Option<Self> {
        use ParameterRole::{Beta, Bias, Gamma, Kernel, MovingMean, MovingVariance};
        let Tangent::Parameters(given) = tangent else { return None };
        let own = network.network();
        let parameters = own.architecture().parameters();
        let layers = own.architecture().layers().iter().enumerate();
        let is_learned = |role| !matches!(role, MovingMean | MovingVariance);
        let changes = layers.clone().map(|(at, layer)| {
            let mut learned =
                layer.parameters.clone().filter(|at| is_learned(parameters[*at].role));
            at >= start && learned.any(|at| given[at].iter().any(|value| *value != 0.0))
        });
        let changes: Vec<bool> = changes.collect();
        let positions = parameters.iter().zip(given).enumerate();
        let weights = positions.filter(|(_, (parameter, _))| {
            changes[parameter.layer] && matches!(parameter.role, Kernel | Bias)
        });
        let weights: Vec<_> =
            weights.map(|(at, (_, given))| (at, std::sync::Arc::from(*given))).collect();
        let norms = layers.map(|(at, layer)| {
            let LayerKind::BatchNorm { epsilon, .. } = layer.kind else { return None };
            if !changes[at] {
                return None;
            }
            let find = |role| own.architecture().parameter_of(layer, role);
            let mean = &own.weights()[find(MovingMean)?];
            let variance = &own.weights()[find(MovingVariance)?];
            // A scale or offset that does not exist does not change.
            let zeros = vec![0.0; mean.len()];
            let change = |role| find(role).map_or(&zeros[..], |at| given[at]);
            Some(Affine::new(Some(change(Gamma)), Some(change(Beta)), mean, variance, epsilon))
        });
        let norms = norms.collect();
        Some(Self { weights: network.with_parameters(&weights), norms, changes })
    }

    /// Whether a layer's parameters change at all.
    pub(super) fn changes(&self, at: usize) -> bool {
        self.changes[at]
    }

    /// What the change of a layer's parameters adds to its result for what entered; nothing if they
    /// do not change.
    fn term(&self, network: &PreparedNetwork, at: usize, entered: &[f32]) -> Option<Vec<f32>> {
        if !self.changes[at] {
            return None;
        }
        if let Some(norm) = &self.norms[at] {
            return Some(normalized(entered.to_vec(), norm));
        }
        let layer = &network.network().architecture().layers()[at];
        apply_with_offset(self.weights.operation(at), layer, entered)
    }

    /// What the change of a layer's parameters adds to a cotangent that goes back through it; nothing
    /// if they do not change.
    pub(super) fn transposed_term(&self, at: usize, cotangent: &[f32]) -> Option<Vec<f32>> {
        if !self.changes[at] {
            return None;
        }
        if let Some(norm) = &self.norms[at] {
            return Some(scaled(cotangent.to_vec(), norm.factor()));
        }
        Some(super::linear::transpose(&self.weights, at, None, cotangent.to_vec()))
    }
}

/// The first layer whose result may change: where the batch enters, if that is what changes, else the
/// first whose parameters do. Behind the last layer if nothing changes.
pub(super) fn first_moved(
    network: &PreparedNetwork,
    start: usize,
    change: Option<&ParameterChange>,
) -> usize {
    let Some(change) = change else { return start };
    let first = change.changes.iter().position(|changes| *changes);
    first.unwrap_or(network.network().architecture().layers().len())
}

/// What a way forward to `end` needs of the values, if layer `from` is the first whose result changes.
pub(super) fn needed(
    network: &PreparedNetwork,
    change: Option<&ParameterChange>,
    from: usize,
    end: Place,
) -> Needed {
    let layers = network.network().architecture().layers();
    let mut needed = Needed::default();
    for (at, layer) in layers.iter().enumerate().skip(from) {
        let changes = change.is_some_and(|change| change.changes[at]);
        if end >= (at, Point::PreActivation)
            && (changes || matches!(network.operation(at), Operation::MaxPool(_)))
        {
            needed.add(network, at, TapPoint::Input);
        }
        if end >= (at, Point::Output) {
            match needs(layer.kind.activation()) {
                Needs::Nothing => {}
                Needs::Before => needed.add(network, at, TapPoint::PreActivation),
                Needs::After => needed.add(network, at, TapPoint::Output),
            }
        }
    }
    needed
}

/// A way forward through a network.
pub(super) struct Way<'a> {
    pub(super) network: &'a PreparedNetwork,
    pub(super) trace: &'a Trace,
    pub(super) change: Option<&'a ParameterChange>,
    pub(super) start: usize,
    pub(super) end: Place,
}

impl Way<'_> {
    /// Walks from what enters layer `start` to the place `end` and shows the tangent at every place
    /// on the way: nothing stands for zeros, before anything changes.
    ///
    /// Runs on the threads of the lane that it is called under.
    pub(super) fn walk(
        &self,
        mut tangent: Option<Vec<f32>>,
        mut visit: impl FnMut(Place, Option<&[f32]>),
    ) {
        let layers = self.network.network().architecture().layers();
        for at in self.start..layers.len() {
            visit((at, Point::Input), tangent.as_deref());
            if self.end == (at, Point::Input) {
                return;
            }
            tangent = self.through_layer(at, tangent);
            visit((at, Point::PreActivation), tangent.as_deref());
            if self.end == (at, Point::PreActivation) {
                return;
            }
            if let Some(tangent) = &mut tangent {
                activations::transpose(self.network, self.trace, at, tangent);
            }
            visit((at, Point::Output), tangent.as_deref());
            if self.end == (at, Point::Output) {
                return;
            }
        }
    }

    fn through_layer(&self, at: usize, tangent: Option<Vec<f32>>) -> Option<Vec<f32>> {
        let entered = self.trace.get(self.network, at, TapPoint::Input);
        let result = tangent.map(|tangent| self.through_linear_part(at, entered, tangent));
        let term = self
            .change
            .zip(entered)
            .and_then(|(change, entered)| change.term(self.network, at, entered));
        sum(result, term)
    }

    /// Through a layer whose parameters stay; through a maximum, to what `entered` chose.
    fn through_linear_part(
        &self,
        at: usize,
        entered: Option<&[f32]>,
        tangent: Vec<f32>,
    ) -> Vec<f32> {
        let layer = &self.network.network().architecture().layers()[at];
        match (self.network.operation(at), entered) {
            (Operation::MaxPool(place), Some(entered)) => {
                let (from, to): (usize, usize) =
                    (layer.input.iter().product(), layer.output.iter().product());
                let mut out = vec![0.0; tangent.len() / from * to];
                let images = entered.par_chunks_exact(from).zip(tangent.par_chunks_exact(from));
                images.zip(out.par_chunks_exact_mut(to)).for_each(|((image, tangent), out)| {
                    pooling::maximum_tangent(image, place, tangent, out);
                });
                out
            }
            (Operation::Identity, _) => tangent,
            (Operation::BatchNorm(affine), _) => scaled(tangent, affine.factor()),
            (operation, _) => apply(operation, layer, &tangent),
        }
    }
}
