//! Hessian-vector products: the way back through the layers, differentiated along a tangent.
//!
//! Along the way the cotangent `c` and its change `d` go back together. Through a linear part `A` they
//! become `A' c` and `A' d + (change of A)' c`; through an activation `f` at `z`, whose tangent is
//! `t`, they become `f'(z) c` and `f'(z) d + f''(z) t c`.
//!
//! Where nothing behind bends or changes, `d` is zeros; where nothing in front needs `c`, it is of no
//! use. Neither is computed there.

use assay_call::TapPoint;
use rayon::prelude::*;

use super::linear::{add, sum, transpose};
use super::objective::Objective;
use super::parameters::{Totals, piece_of};
use super::tangent::{ParameterChange, Tangent, Way, first_moved, needed};
use super::trace::{Needed, Place, Point, Trace, place};
use super::{activations, classes, input_size};
use crate::cpu::gradient::curvature;
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
    let product = Product::new(lane, network, layer, batch, objective, tangent);
    match tangent {
        Tangent::Batch(_) => vec![product.by_batch()],
        Tangent::Parameters(_) => product.by_parameters(piece_of),
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
    /// The first layer whose result changes.
    from: usize,
}

/// How far a way back goes and what it needs.
struct Return {
    until: Place,
    /// Of the values.
    values: Needed,
    /// Of their tangents.
    tangents: Needed,
    /// The lowest layer that needs the cotangent itself, if one does.
    cotangent_until: Option<usize>,
}

/// What goes back together; nothing stands for zeros, or for what nobody needs any more.
struct Both {
    cotangent: Option<Vec<f32>>,
    change: Option<Vec<f32>>,
}

impl<'a> Product<'a> {
    fn new(
        lane: &'a Lane,
        network: &'a PreparedNetwork,
        layer: usize,
        batch: &'a [f32],
        objective: &'a Objective<'a>,
        tangent: &'a Tangent<'a>,
    ) -> Self {
        let change = ParameterChange::new(network, layer, tangent);
        let from = first_moved(network, layer, change.as_ref());
        Self { lane, network, layer, batch, objective, tangent, change, from }
    }

    fn by_batch(&self) -> Vec<f32> {
        let way = self.way_back((self.layer, Point::Input));
        let size = input_size(self.network, self.layer);
        let piece = (self.batch.len() / size).div_ceil(self.lane.threads()).clamp(1, PIECE);
        let run = |(index, part): (usize, &[f32])| {
            let change = self.piece(index * piece, part, &way, |_, _, _, _| {});
            change.unwrap_or_else(|| vec![0.0; part.len()])
        };
        let pieces: Vec<Vec<f32>> =
            self.lane.run(|| self.batch.par_chunks(piece * size).enumerate().map(run).collect());
        pieces.concat()
    }

    /// In pieces of a number of examples that the values kept of one decide.
    fn by_parameters(&self, piece: impl Fn(usize) -> usize) -> Vec<Vec<f32>> {
        let layers = self.network.network().architecture().layers();
        let all = || layers.iter().enumerate().map(|(at, own)| Totals::new(own, at >= self.layer));
        let (mut by_change, mut by_tangent): (Vec<Totals>, Vec<Totals>) =
            (all().collect(), all().collect());
        let lowest = (self.layer..layers.len()).find(|at| !layers[*at].parameters.is_empty());
        // Where no parameter changes, every product is zero.
        if let Some(lowest) = lowest.filter(|_| self.from < layers.len()) {
            let mut way = self.way_back((lowest, Point::PreActivation));
            for at in (lowest..layers.len()).filter(|at| !layers[*at].parameters.is_empty()) {
                way.values.add(self.network, at, TapPoint::Input);
                if at > self.from {
                    way.tangents.add(self.network, at, TapPoint::Input);
                }
            }
            let size = input_size(self.network, self.layer);
            let piece = piece(way.values.values(self.network) + way.tangents.values(self.network));
            for (index, part) in self.batch.chunks(piece * size).enumerate() {
                let visit = |at: usize, trace: &Trace, moved: &Trace, both: &Both| {
                    let operation = self.network.operation(at);
                    let entered = trace.get(self.network, at, TapPoint::Input);
                    let moved = moved.get(self.network, at, TapPoint::Input);
                    if let (Some(entered), Some(change)) = (entered, &both.change) {
                        by_change[at].add(operation, &layers[at], entered, change);
                    }
                    if let (Some(moved), Some(cotangent)) = (moved, &both.cotangent) {
                        by_tangent[at].add_products(operation, &layers[at], moved, cotangent);
                    }
                };
                self.lane.run(|| self.piece(index * piece, part, &way, visit));
            }
        }
        let finish = |totals: Vec<Totals>| -> Vec<Vec<f32>> {
            let finished = totals.into_iter().enumerate();
            finished.flat_map(|(at, totals)| totals.finish(self.network, at)).collect()
        };
        self.lane.run(|| {
            let mut sums = finish(by_change);
            sums.iter_mut().zip(&finish(by_tangent)).for_each(|(sum, other)| add(sum, other));
            sums
        })
    }

    /// A way back to `until`: what activations and maxima need on the way forth and back.
    fn way_back(&self, until: Place) -> Return {
        let layers = self.network.network().architecture().layers();
        let last = (layers.len() - 1, Point::Output);
        let mut values = needed(self.network, self.change.as_ref(), self.from, last);
        values.join(&Needed::for_way(self.network, until));
        let mut tangents = Needed::default();
        for (at, layer) in layers.iter().enumerate().skip(self.from) {
            if curvature::is_curved(layer.kind.activation()) {
                tangents.add(self.network, at, TapPoint::PreActivation);
            }
        }
        let cotangent_until = (self.from..layers.len()).find(|at| self.uses_cotangent(*at, until));
        Return { until, values, tangents, cotangent_until }
    }

    /// Whether a way back to `until` needs the cotangent at layer `at` for the change of the layer's
    /// slope, of its linear part, or of what enters it. A network of straight pieces never needs it
    /// for a change of the batch.
    fn uses_cotangent(&self, at: usize, until: Place) -> bool {
        let layer = &self.network.network().architecture().layers()[at];
        let by_layer = self.change.as_ref().is_some_and(|change| {
            let enters_moved = at > self.from && !layer.parameters.is_empty();
            enters_moved || (change.changes(at) && until < (at, Point::PreActivation))
        });
        by_layer || curvature::is_curved(layer.kind.activation())
    }

    /// One piece of the batch: its values, their tangents, and the way back, which shows cotangent and
    /// change at every layer's pre-activation. Returns the change of the cotangent of what enters the
    /// last layer of the way back.
    fn piece(
        &self,
        first: usize,
        part: &[f32],
        way: &Return,
        visit: impl FnMut(usize, &Trace, &Trace, &Both),
    ) -> Option<Vec<f32>> {
        let (network, size) = (self.network, input_size(self.network, self.layer));
        let trace = Trace::record(self.lane, network, self.layer, part, &way.values);
        let moved = self.moved(self.tangent.part(first * size, part.len()), &trace, &way.tangents);
        let own = self.objective.part(first..first + part.len() / size, classes(network));
        let logits = trace.logits(network).unwrap_or_default();
        let cotangent = way.cotangent_until.map(|_| own.cotangents(logits, classes(network)));
        let change = moved
            .logits(network)
            .and_then(|tangent| own.curvature(logits, tangent, classes(network)));
        self.back(&trace, &moved, Both { cotangent, change }, way, visit)
    }

    /// The tangents of what is needed and of the logits, as far as they are not zeros.
    fn moved(&self, tangent: Option<Vec<f32>>, trace: &Trace, needed: &Needed) -> Trace {
        let end = (self.network.network().architecture().layers().len() - 1, Point::Output);
        let change = self.change.as_ref();
        let way = Way { network: self.network, trace, change, start: self.layer, end };
        let taps = needed.with_logits(self.network);
        let mut values = Vec::with_capacity(taps.len());
        way.walk(tangent, |at, tangent| {
            let asked = taps.iter().find(|tap| place(**tap) == at);
            values.extend(asked.zip(tangent).map(|(tap, tangent)| (*tap, tangent.to_vec())));
        });
        Trace::of(values)
    }

    fn back(
        &self,
        trace: &Trace,
        moved: &Trace,
        mut both: Both,
        way: &Return,
        mut visit: impl FnMut(usize, &Trace, &Trace, &Both),
    ) -> Option<Vec<f32>> {
        for at in (way.until.0..self.network.network().architecture().layers().len()).rev() {
            self.through_activation(trace, moved, at, &mut both);
            visit(at, trace, moved, &both);
            if way.until == (at, Point::PreActivation) {
                break;
            }
            let Both { cotangent, change } = both;
            let entered = trace.get(self.network, at, TapPoint::Input);
            let back = |values| transpose(self.network, at, entered, values);
            let term = self
                .change
                .as_ref()
                .zip(cotangent.as_ref())
                .and_then(|(own, cotangent)| own.transposed_term(at, cotangent));
            both = Both {
                change: sum(change.map(back), term),
                cotangent: cotangent.filter(|_| Some(at) > way.cotangent_until).map(back),
            };
        }
        both.change
    }

    fn through_activation(&self, trace: &Trace, moved: &Trace, at: usize, both: &mut Both) {
        let cotangent = both.cotangent.as_ref();
        let bent = cotangent.and_then(|own| activations::bend(self.network, trace, moved, at, own));
        for values in [&mut both.change, &mut both.cotangent].into_iter().flatten() {
            activations::transpose(self.network, trace, at, values);
        }
        both.change = sum(both.change.take(), bent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derivatives::pieces::network_and_batch;

    #[test]
    fn pieces_change_no_bit() {
        let (network, batch, labels) = network_and_batch();
        let weights: Vec<Vec<f32>> =
            network.network().weights().iter().map(|own| own.to_vec()).collect();
        let lane = Lane::new(2).unwrap();
        let (entropy, logit) = (Objective::CrossEntropy(&labels), Objective::Logit(&labels));
        // Once everything changes, once nothing before the dense layer.
        for (objective, unchanged) in [(&entropy, 0), (&logit, 6)] {
            let mut changes = weights.clone();
            changes[..unchanged].iter_mut().for_each(|change| change.fill(0.0));
            let tangent = Tangent::Parameters(changes.iter().map(|own| &own[..]).collect());
            let product = Product::new(&lane, &network, 0, &batch, objective, &tangent);
            let run = |piece: usize| {
                let all = product.by_parameters(|_| piece).concat();
                all.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
            };
            let whole = run(256);
            assert!(whole.iter().any(|value| *value != 0));
            for piece in [1, 2, 64] {
                assert_eq!(run(piece), whole, "pieces of {piece}");
            }
        }
    }
}
