//! Which layers run together, and which values are kept.
//!
//! The values of a pass are numbered: layer `l` takes value `2l` and makes `2l + 1` (before its
//! activation) and `2l + 2` (after it, which the next layer takes). A batch normalisation or a ReLU
//! joins the product before it unless a tap asks for the value between them.

use assay_call::{Tap, TapPoint};
use assay_network::Activation;

use super::step::{Step, Work};
use crate::PreparedNetwork;
use crate::cpu::gemm::{Clamp, Finish};
use crate::prepared::Operation;

/// A pass through some layers of a network.
pub(super) struct Plan<'n> {
    pub(super) steps: Vec<Step<'n>>,
    /// For each tap, the kept value that it asks for.
    pub(super) taps: Vec<usize>,
    /// For each kept value, its length for one example.
    pub(super) kept: Vec<usize>,
}

impl<'n> Plan<'n> {
    /// Plans a pass from layer `start` to the last that a tap asks for.
    pub(super) fn new(network: &'n PreparedNetwork, start: usize, taps: &[Tap]) -> Self {
        let mut maker = Maker {
            steps: Vec::new(),
            kept: Vec::new(),
            wanted: taps.iter().map(|tap| (number(*tap), None)).collect(),
        };
        let layers = network.network().architecture().layers();
        let last = taps.iter().map(|tap| number(*tap)).max().unwrap_or(0);
        let input = layers[start].input.iter().product();
        maker.keep(2 * start, input);
        let rest = layers.iter().zip(network.operations()).enumerate().skip(start);
        for (at, (layer, operation)) in rest {
            let size = layer.output.iter().product();
            let row = layer.output.last().copied().unwrap_or(1);
            if 2 * at < last {
                maker.operation(operation, size, row);
                maker.keep(2 * at + 1, size);
            }
            if 2 * at + 1 < last {
                maker.activation(layer.kind.activation(), size, row);
                maker.keep(2 * at + 2, size);
            }
        }
        // Every wanted value lies between the first and the last, so each was kept.
        let taps = maker.wanted.iter().filter_map(|(_, slot)| *slot).collect();
        Self { steps: maker.steps, taps, kept: maker.kept }
    }
}

fn number(tap: Tap) -> usize {
    let point = match tap.point {
        TapPoint::Input => 0,
        TapPoint::PreActivation => 1,
        TapPoint::Output => 2,
    };
    2 * tap.layer as usize + point
}

struct Maker<'n> {
    steps: Vec<Step<'n>>,
    kept: Vec<usize>,
    /// Value wanted by each tap, and where it is kept once it is made.
    wanted: Vec<(usize, Option<usize>)>,
}

impl<'n> Maker<'n> {
    /// Notes that the value made last is value `number`, and keeps it if a tap asks for it.
    fn keep(&mut self, number: usize, size: usize) {
        if self.wanted.iter().all(|(wanted, _)| *wanted != number) {
            return;
        }
        if self.steps.is_empty() {
            self.push(Work::Copy, size, 1);
        }
        let Some(step) = self.steps.last_mut() else { return };
        let slot = *step.keep.get_or_insert_with(|| {
            self.kept.push(size);
            self.kept.len() - 1
        });
        for (wanted, place) in &mut self.wanted {
            if *wanted == number {
                *place = Some(slot);
            }
        }
    }

    fn push(&mut self, work: Work<'n>, size: usize, rows: usize) {
        self.steps.push(Step { work, size, rows, keep: None });
    }

    /// The finish of the product made last, if nobody asked for its value.
    fn open(&mut self) -> Option<&mut Finish<'n>> {
        let step = self.steps.last_mut().filter(|step| step.keep.is_none())?;
        match &mut step.work {
            Work::Convolution { finish, .. } | Work::Dense { finish, .. } => Some(finish),
            _ => None,
        }
    }

    fn operation(&mut self, operation: &'n Operation, size: usize, row: usize) {
        let finish =
            |bias: &'n Option<Vec<f32>>| Finish { bias: bias.as_deref(), ..Finish::default() };
        let work = match operation {
            Operation::Identity => return,
            Operation::BatchNorm(affine) => {
                let open = self.open().filter(|finish| finish.affine.is_none());
                if let Some(finish) = open {
                    finish.affine = Some(affine);
                    return;
                }
                Work::Affine(affine)
            }
            Operation::Convolution { place, kernel, bias } => {
                Work::Convolution { place, kernel, finish: finish(bias) }
            }
            Operation::Dense { kernel, bias } => Work::Dense { kernel, finish: finish(bias) },
            Operation::MaxPool(place) => Work::MaxPool(place),
            Operation::AvgPool(place) => Work::AvgPool(place),
            Operation::GlobalAvgPool => Work::GlobalAvgPool,
        };
        self.push(work, size, size / row);
    }

    fn activation(&mut self, activation: Activation, size: usize, row: usize) {
        let clamp = match activation {
            Activation::Linear => return,
            Activation::Relu => Some(Clamp::Relu),
            Activation::Relu6 => Some(Clamp::Relu6),
            _ => None,
        };
        if let (Some(clamp), Some(finish)) = (clamp, self.open()) {
            // A clamp before the normalisation, or one after it; a third has no place.
            let place =
                if finish.affine.is_none() { &mut finish.first } else { &mut finish.second };
            if *place == Clamp::None {
                *place = clamp;
                return;
            }
        }
        self.push(Work::Activation { activation, row }, size, size / row);
    }
}
