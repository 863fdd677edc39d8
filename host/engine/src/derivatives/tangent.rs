//! Forward mode: how activations change along a tangent.

use assay_call::{Tap, TapPoint};
use assay_network::{LayerKind, ParameterRole};
use rayon::prelude::*;

use super::input_size;
use super::linear::{apply, apply_with_offset, scaled};
use super::trace::{Needed, Place, Point, Trace, place};
use crate::cpu::gradient::activation::{self, Needs, needs};
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
    let change = ParameterChange::new(network, tangent);
    let needed = needed(network, change.as_ref(), layer, end);
    let size = input_size(network, layer);
    // Short batches are spread over the threads; no example's result depends on its piece.
    let piece = (batch.len() / size).div_ceil(lane.threads()).clamp(1, PIECE);
    let run = |(index, part): (usize, &[f32])| {
        let trace = Trace::record_needed(lane, network, layer, part, &needed);
        let own = tangent.part(index * piece * size, part.len());
        let mut taken = vec![Vec::new(); taps.len()];
        let way = Way { network, trace: &trace, change: change.as_ref(), start: layer, end };
        way.walk(own, |at, tangent| {
            for (_, slot) in taps.iter().zip(&mut taken).filter(|(tap, _)| place(**tap) == at) {
                *slot = tangent.to_vec();
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
    /// The change of a part of the batch: zeros where only the parameters change.
    pub(super) fn part(&self, first: usize, length: usize) -> Vec<f32> {
        match self {
            Self::Batch(values) => values[first..][..length].to_vec(),
            Self::Parameters(_) => vec![0.0; length],
        }
    }
}

/// A change of the parameters in the form that layers read.
pub(super) struct ParameterChange {
    /// The changes of kernels and biases in the place of the parameters.
    pub(super) weights: PreparedNetwork,
    /// Of batch norms: `(x - mean) * (change of the factor) + (change of the offset)`.
    norms: Vec<Option<Affine>>,
}

impl ParameterChange {
    /// Packs a tangent; nothing if it is one of the batch.
    pub(super) fn new(network: &PreparedNetwork, tangent: &Tangent<'_>) -> Option<Self> {
        let Tangent::Parameters(changes) = tangent else { return None };
        let own = network.network();
        let parameters = own.architecture().parameters();
        let is_weight = |role| matches!(role, ParameterRole::Kernel | ParameterRole::Bias);
        let weights: Vec<_> = parameters
            .iter()
            .zip(changes)
            .enumerate()
            .filter(|(_, (parameter, _))| is_weight(parameter.role))
            .map(|(at, (_, change))| (at, std::sync::Arc::from(*change)))
            .collect();
        let norms = own.architecture().layers().iter().map(|layer| {
            let LayerKind::BatchNorm { epsilon, .. } = layer.kind else { return None };
            let find = |role| layer.parameters.clone().find(|at| parameters[*at].role == role);
            let mean = &own.weights()[find(ParameterRole::MovingMean)?];
            let variance = &own.weights()[find(ParameterRole::MovingVariance)?];
            // A scale or offset that does not exist does not change.
            let zeros = vec![0.0; mean.len()];
            let change = |role| find(role).map_or(&zeros[..], |at| changes[at]);
            let (gamma, beta) = (change(ParameterRole::Gamma), change(ParameterRole::Beta));
            Some(Affine::new(Some(gamma), Some(beta), mean, variance, epsilon))
        });
        Some(Self { norms: norms.collect(), weights: network.with_parameters(&weights) })
    }

    /// What the change of a layer's parameters adds to its result for what entered.
    fn term(&self, network: &PreparedNetwork, at: usize, entered: &[f32]) -> Option<Vec<f32>> {
        if let Some(norm) = &self.norms[at] {
            let mut term = entered.to_vec();
            norm.apply(&mut term);
            return Some(term);
        }
        let layer = &network.network().architecture().layers()[at];
        match self.weights.operation(at) {
            Operation::Convolution { .. } | Operation::Dense { .. } => {
                Some(apply_with_offset(self.weights.operation(at), layer, entered))
            }
            _ => None,
        }
    }

    /// What the change of a layer's parameters adds to a cotangent that goes back through it.
    pub(super) fn transposed_term(
        &self,
        network: &PreparedNetwork,
        at: usize,
        cotangent: &[f32],
    ) -> Option<Vec<f32>> {
        if let Some(norm) = &self.norms[at] {
            return Some(scaled(cotangent.to_vec(), norm.factor()));
        }
        match network.operation(at) {
            Operation::Convolution { .. } | Operation::Dense { .. } => {
                Some(super::linear::transpose(&self.weights, at, None, cotangent.to_vec()))
            }
            _ => None,
        }
    }
}

/// What a way forward from layer `start` to `end` needs of the values.
pub(super) fn needed(
    network: &PreparedNetwork,
    change: Option<&ParameterChange>,
    start: usize,
    end: Place,
) -> Needed {
    let layers = network.network().architecture().layers();
    let mut needed = Needed::default();
    for (at, layer) in layers.iter().enumerate().skip(start) {
        let changes = change.is_some() && !layer.parameters.is_empty();
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
    /// on the way.
    ///
    /// Runs on the threads of the lane that it is called under.
    pub(super) fn walk(&self, mut tangent: Vec<f32>, mut visit: impl FnMut(Place, &[f32])) {
        let layers = self.network.network().architecture().layers();
        for at in self.start..layers.len() {
            visit((at, Point::Input), &tangent);
            if self.end == (at, Point::Input) {
                return;
            }
            tangent = self.through_layer(at, tangent);
            visit((at, Point::PreActivation), &tangent);
            if self.end == (at, Point::PreActivation) {
                return;
            }
            self.through_activation(at, &mut tangent);
            visit((at, Point::Output), &tangent);
            if self.end == (at, Point::Output) {
                return;
            }
        }
    }

    fn through_layer(&self, at: usize, tangent: Vec<f32>) -> Vec<f32> {
        let layer = &self.network.network().architecture().layers()[at];
        let entered = self.trace.get(self.network, at, TapPoint::Input);
        let mut result = match (self.network.operation(at), entered) {
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
            (operation, _) => apply(operation, layer, &tangent),
        };
        let term = self
            .change
            .zip(entered)
            .and_then(|(change, entered)| change.term(self.network, at, entered));
        if let Some(term) = term {
            for (slot, term) in result.iter_mut().zip(&term) {
                *slot += *term;
            }
        }
        result
    }

    /// Jacobians of activations are symmetric: along a tangent they are what they are for a cotangent.
    fn through_activation(&self, at: usize, tangent: &mut [f32]) {
        let layer = &self.network.network().architecture().layers()[at];
        let function = layer.kind.activation();
        let kept = match needs(function) {
            Needs::Nothing => return,
            Needs::Before => self.trace.get(self.network, at, TapPoint::PreActivation),
            Needs::After => self.trace.get(self.network, at, TapPoint::Output),
        };
        let row = layer.output.last().copied().unwrap_or(1);
        activation::transpose(function, kept.unwrap_or_default(), tangent, row);
    }
}
