//! Hessian-vector products: the way back through the layers, differentiated along a tangent.
//!
//! Along the way the cotangent `c` and its change `d` go back together. Through a linear part `A` they
//! become `A' c` and `A' d + (change of A)' c`; through an activation `f` at `z`, whose tangent is
//! `t`, they become `f'(z) c` and `f'(z) d + f''(z) t c`.

use assay_call::{Tap, TapPoint};
use rayon::prelude::*;

use super::linear::transpose;
use super::objective::Objective;
use super::parameters::{Totals, piece_of};
use super::tangent::{ParameterChange, Tangent, Way, needed};
use super::trace::{Needed, Place, Point, Trace, place};
use super::{classes, input_size};
use crate::cpu::gradient::{activation, curvature};
use crate::{Lane, PreparedNetwork};

/// Examples of a piece of products with respect to the batch.
const PIECE: usize = 8;

/// Products of the Hessian of the sum of the examples' objectives with a tangent. For a tangent of the
/// batch one array of its shape: second derivatives with respect to the batch. For one of the
/// parameters one array for each of them, in their order and shapes; moving statistics count as
/// constants, and rows of layers before `layer` are zeros.
///
/// `batch` is what layer `layer` takes, row-major, `[examples, ..input]`. Sums over examples have the
/// order of `parameters.rs`, the two products of a kernel's sum each on its own, added at the end.
pub fn hessian_vector(
    lane: &Lane,
    network: &PreparedNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
    tangent: &Tangent<'_>,
) -> Vec<Vec<f32>> {
    let change = ParameterChange::new(network, tangent);
    let product = Product { lane, network, layer, batch, objective, tangent, change };
    match tangent {
        Tangent::Batch(_) => vec![product.by_batch()],
        Tangent::Parameters(_) => product.by_parameters(),
    }
}

struct Product<'a> {
    lane: &'a Lane,
    network: &'a PreparedNetwork,
    layer: usize,
    batch: &'a [f32],
    objective: &'a Objective<'a>,
    tangent: &'a Tangent<'a>,
    change: Option<ParameterChange>,
}

impl Product<'_> {
    fn by_batch(&self) -> Vec<f32> {
        let until = (self.layer, Point::Input);
        let needed = self.needed(until);
        let size = input_size(self.network, self.layer);
        let piece = (self.batch.len() / size).div_ceil(self.lane.threads()).clamp(1, PIECE);
        let run = |(index, part): (usize, &[f32])| {
            let mut result = Vec::new();
            self.piece(index * piece, part, &needed, until, |at, _, both| {
                if at == until {
                    result = both.change.to_vec();
                }
            });
            result
        };
        let pieces: Vec<Vec<f32>> =
            self.lane.run(|| self.batch.par_chunks(piece * size).enumerate().map(run).collect());
        pieces.concat()
    }

    fn by_parameters(&self) -> Vec<Vec<f32>> {
        let layers = self.network.network().architecture().layers();
        let all = || layers.iter().enumerate().map(|(at, own)| Totals::new(own, at >= self.layer));
        let (mut by_change, mut by_tangent): (Vec<Totals>, Vec<Totals>) =
            (all().collect(), all().collect());
        let own = self.layer..layers.len();
        let lowest = own.clone().find(|at| !layers[*at].parameters.is_empty());
        if let Some(lowest) = lowest {
            let until = (lowest, Point::PreActivation);
            let mut needed = self.needed(until);
            for at in own.filter(|at| !layers[*at].parameters.is_empty()) {
                needed.add(self.network, at, TapPoint::Input);
            }
            let size = input_size(self.network, self.layer);
            // Values and tangents are kept.
            let piece = piece_of(2 * needed.values(self.network));
            for (index, part) in self.batch.chunks(piece * size).enumerate() {
                let add = |(at, point): Place, trace: &Trace, both: &Both<'_>| {
                    let entered = trace.get(self.network, at, TapPoint::Input);
                    let moved = both.moved.get(self.network, at, TapPoint::Input);
                    let (Point::PreActivation, Some(entered), Some(moved)) =
                        (point, entered, moved)
                    else {
                        return;
                    };
                    let operation = self.network.operation(at);
                    by_change[at].add(operation, &layers[at], entered, both.change);
                    by_tangent[at].add_products(operation, &layers[at], moved, both.cotangent);
                };
                self.lane.run(|| self.piece(index * piece, part, &needed, until, add));
            }
        }
        let finish = |totals: Vec<Totals>| -> Vec<Vec<f32>> {
            let finished = totals.into_iter().enumerate();
            finished.flat_map(|(at, totals)| totals.finish(self.network, at)).collect()
        };
        let (mut sums, others) = self.lane.run(|| (finish(by_change), finish(by_tangent)));
        for (sum, other) in sums.iter_mut().zip(&others) {
            for (sum, other) in sum.iter_mut().zip(other) {
                *sum += *other;
            }
        }
        sums
    }

    /// What the way forward and the way back to `until` need of the values.
    fn needed(&self, until: Place) -> Needed {
        let last = (self.network.network().architecture().layers().len() - 1, Point::Output);
        let mut needed = needed(self.network, self.change.as_ref(), self.layer, last);
        needed.join(&Needed::for_way(self.network, until));
        needed
    }

    /// One piece of the batch: its values, their tangents, and the way back to `until`, which shows
    /// cotangent and change at every place.
    fn piece(
        &self,
        first: usize,
        part: &[f32],
        needed: &Needed,
        until: Place,
        visit: impl FnMut(Place, &Trace, &Both<'_>),
    ) {
        let (network, size) = (self.network, input_size(self.network, self.layer));
        let trace = Trace::record(self.lane, network, self.layer, part, needed);
        let own = self.objective.part(first..first + part.len() / size, classes(network));
        let last = (network.network().architecture().layers().len() - 1, Point::Output);
        let change = self.change.as_ref();
        let way = Way { network, trace: &trace, change, start: self.layer, end: last };
        let moved = way.record(self.tangent.part(first * size, part.len()), &trace);
        let mut cotangent = own.cotangents(trace.logits(network), classes(network));
        let mut change =
            own.curvature(trace.logits(network), moved.logits(network), classes(network));
        self.back(&trace, &moved, &mut cotangent, &mut change, until, visit);
    }

    fn back(
        &self,
        trace: &Trace,
        moved: &Trace,
        cotangent: &mut Vec<f32>,
        change: &mut Vec<f32>,
        until: Place,
        mut visit: impl FnMut(Place, &Trace, &Both<'_>),
    ) {
        let layers = self.network.network().architecture().layers();
        for at in (until.0..layers.len()).rev() {
            visit((at, Point::Output), trace, &Both { cotangent, change, moved });
            if until == (at, Point::Output) {
                return;
            }
            self.through_activation(trace, moved, at, cotangent, change);
            visit((at, Point::PreActivation), trace, &Both { cotangent, change, moved });
            if until == (at, Point::PreActivation) {
                return;
            }
            let entered = trace.get(self.network, at, TapPoint::Input);
            let term = self
                .change
                .as_ref()
                .and_then(|own| own.transposed_term(self.network, at, cotangent));
            *change = transpose(self.network, at, entered, std::mem::take(change));
            if let Some(term) = term {
                for (slot, term) in change.iter_mut().zip(&term) {
                    *slot += *term;
                }
            }
            *cotangent = transpose(self.network, at, entered, std::mem::take(cotangent));
            visit((at, Point::Input), trace, &Both { cotangent, change, moved });
        }
    }

    fn through_activation(
        &self,
        trace: &Trace,
        moved: &Trace,
        at: usize,
        cotangent: &mut [f32],
        change: &mut [f32],
    ) {
        use activation::{Needs, needs};
        let layer = &self.network.network().architecture().layers()[at];
        let function = layer.kind.activation();
        let point = match needs(function) {
            Needs::Nothing => return,
            Needs::Before => TapPoint::PreActivation,
            Needs::After => TapPoint::Output,
        };
        let row = layer.output.last().copied().unwrap_or(1);
        let kept = trace.get(self.network, at, point).unwrap_or_default();
        let before = trace.get(self.network, at, TapPoint::PreActivation);
        let tangent = moved.get(self.network, at, TapPoint::PreActivation);
        let bend = before.zip(tangent).filter(|_| curvature::is_curved(function));
        let mut bent = Vec::new();
        if let Some((before, tangent)) = bend {
            bent = cotangent.to_vec();
            curvature::bend(function, before, tangent, &mut bent, row);
        }
        activation::transpose(function, kept, change, row);
        activation::transpose(function, kept, cotangent, row);
        for (slot, bent) in change.iter_mut().zip(&bent) {
            *slot += *bent;
        }
    }
}

/// What goes back together, and the tangents of the values.
struct Both<'a> {
    cotangent: &'a [f32],
    change: &'a [f32],
    moved: &'a Trace,
}

impl Way<'_> {
    /// The tangents at the taps of a trace.
    fn record(&self, tangent: Vec<f32>, trace: &Trace) -> Trace {
        let taps: Vec<Tap> = trace.taps().to_vec();
        let mut values = vec![Vec::new(); taps.len()];
        self.walk(tangent, |at, tangent| {
            for (_, slot) in taps.iter().zip(&mut values).filter(|(tap, _)| place(**tap) == at) {
                *slot = tangent.to_vec();
            }
        });
        Trace::of(taps, values)
    }
}
