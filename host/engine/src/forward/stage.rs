//! Runs planned steps over a batch, stage by stage.
//!
//! Early layers have many pixels for each example, so few examples fill the cache; late ones have one
//! row for each example, and reading their weights is only worthwhile for many. So a pass is cut into
//! stages that differ in the number of examples that run together.

use std::ops::Range;

use rayon::prelude::*;

use super::plan::Plan;
use super::step::Step;
use crate::cpu::buffers::{self, Buffer};

/// Values that the largest result of a piece should have: 1 MiB, so that what a step writes is still
/// in a cache when the next one reads it.
const PIECE_VALUES: usize = 1 << 18;
/// Rows that make reading a step's weights worthwhile.
const ROWS: usize = 192;

/// Runs the steps on `examples` examples and returns the kept values.
pub(super) fn run(
    plan: &Plan<'_>,
    batch: &[f32],
    examples: usize,
    threads: usize,
) -> Vec<Vec<f32>> {
    // Every step writes all of its result.
    let mut kept: Vec<Vec<f32>> =
        plan.kept.iter().map(|size| buffers::vector(size * examples)).collect();
    if examples == 0 {
        return kept;
    }
    let mut between: Option<Buffer> = None;
    let mut from_kept: Option<usize> = None;
    for stage in stages(&plan.steps) {
        let steps = &plan.steps[stage.clone()];
        let last = &steps[steps.len() - 1];
        // What enters is put aside while other kept values are written.
        let entering = from_kept.map(|slot| (slot, std::mem::take(&mut kept[slot])));
        let before = between.take();
        let input = match (&entering, &before) {
            (Some((_, values)), _) => values,
            (None, Some(values)) => &**values,
            (None, None) => batch,
        };
        let mut rest = None;
        if last.keep.is_none() && stage.end < plan.steps.len() {
            rest = Some(Buffer::stale(last.size * examples));
        }
        run_stage(steps, input, examples, threads, &mut kept, rest.as_deref_mut());
        if let Some((slot, values)) = entering {
            kept[slot] = values;
        }
        (between, from_kept) = (rest, last.keep);
    }
    kept
}

/// Cuts steps into stages.
fn stages(steps: &[Step<'_>]) -> Vec<Range<usize>> {
    let mut stages = Vec::new();
    let mut from = 0;
    for at in 1..steps.len() {
        // Only a product reads weights enough to matter.
        if steps[at].reads_weights() && examples_at_least(&steps[at]) > 2 * most(&steps[from..at]) {
            stages.push(from..at);
            from = at;
        }
    }
    if from < steps.len() {
        stages.push(from..steps.len());
    }
    stages
}

/// Examples that fill a tile's rows often enough.
fn examples_at_least(step: &Step<'_>) -> usize {
    ROWS.div_ceil(step.product_rows())
}

/// Examples of a piece of these steps.
fn most(steps: &[Step<'_>]) -> usize {
    let largest = steps.iter().map(|step| step.size).max().unwrap_or(1);
    let products = steps.iter().filter(|step| step.reads_weights());
    let least = products.map(examples_at_least).max().unwrap_or(1);
    (PIECE_VALUES / largest).max(least).max(1)
}

/// Runs one stage; the result of its last step is kept or goes to `rest`.
fn run_stage(
    steps: &[Step<'_>],
    input: &[f32],
    examples: usize,
    threads: usize,
    kept: &mut [Vec<f32>],
    rest: Option<&mut [f32]>,
) {
    // A few pieces for each thread, so that threads end at nearly the same time.
    let piece = most(steps).min(examples.div_ceil(4 * threads)).max(1);
    let few = examples.div_ceil(piece) < 2 * threads && threads > 1;
    let (piece, ways) = if few { (examples, threads) } else { (piece, 1) };
    let count = examples.div_ceil(piece);
    let mut targets: Vec<Vec<Option<&mut [f32]>>> =
        (0..count).map(|_| steps.iter().map(|_| None).collect()).collect();
    let mut aim = |step: usize, values| {
        let chunks = <[f32]>::chunks_mut(values, piece * steps[step].size);
        for (target, chunk) in targets.iter_mut().zip(chunks) {
            target[step] = Some(chunk);
        }
    };
    for (slot, values) in kept.iter_mut().enumerate() {
        if let Some(step) = steps.iter().position(|step| step.keep == Some(slot)) {
            aim(step, values);
        }
    }
    if let Some(values) = rest {
        aim(steps.len() - 1, values);
    }
    let size = input.len() / examples;
    if ways > 1 || count == 1 {
        for targets in targets {
            run_piece(steps, input, examples, targets, ways);
        }
    } else {
        let pieces = input.par_chunks(piece * size).zip(targets);
        pieces.for_each(|(input, targets)| run_piece(steps, input, input.len() / size, targets, 1));
    }
}

/// A value on its way from one step to the next.
enum Current<'a> {
    Borrowed(&'a [f32]),
    Owned(Buffer),
}

/// Runs steps on one piece; each result goes to its target, if it has one.
fn run_piece(
    steps: &[Step<'_>],
    input: &[f32],
    examples: usize,
    targets: Vec<Option<&mut [f32]>>,
    ways: usize,
) {
    let mut current = Current::Borrowed(input);
    for (step, target) in steps.iter().zip(targets) {
        current = match (current, target) {
            (Current::Owned(mut values), None) if step.is_in_place() => {
                step.run_in_place(&mut values, ways);
                Current::Owned(values)
            }
            (current, Some(target)) => {
                step.run(current.values(), target, ways);
                Current::Borrowed(target)
            }
            (current, None) => {
                let mut out = Buffer::stale(examples * step.size);
                step.run(current.values(), &mut out, ways);
                Current::Owned(out)
            }
        };
    }
}

impl Current<'_> {
    fn values(&self) -> &[f32] {
        match self {
            Self::Borrowed(values) => values,
            Self::Owned(values) => values,
        }
    }
}
