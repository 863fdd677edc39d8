//! Training one network: gradient descent with momentum, until the loss is low enough.

use std::sync::Arc;

use assay_network::{Architecture, Dataset, ParameterRole};
use burn::tensor::activation::log_softmax;
use burn::tensor::{DataError, Device, Tensor, TensorData};

use crate::forward::{Unsupported, logits};
use crate::grid::Cell;
use crate::random::Random;
use crate::recipe::Schedule;
use crate::vgg::{initial_weights, round};

/// One network to train.
pub(crate) struct Job<'a> {
    pub(crate) cell: &'a Cell,
    pub(crate) architecture: Arc<Architecture>,
    pub(crate) schedule: &'a Schedule,
    pub(crate) seed: u64,
    pub(crate) train: &'a Dataset,
}

/// Where training stands after an epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EpochEnd {
    /// Epochs done.
    pub(crate) done: u32,
    /// Mean cross-entropy over the epoch's batches, dropout on.
    pub(crate) loss: f64,
}

/// A trained network; every weight is exact in `f16`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Weights before training.
    pub initial: Vec<Vec<f32>>,
    /// Weights after it.
    pub weights: Vec<Vec<f32>>,
    /// Epochs that it took.
    pub epochs: u32,
}

/// Why a network could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The loss became infinite or NaN.
    #[error("the loss is {loss} after {epochs} epochs; a lower lr would help")]
    Diverged {
        /// The loss.
        loss: f64,
        /// Epochs done.
        epochs: u32,
    },
    /// A trained weight is too large for `f16`.
    #[error("a weight of {weight} does not fit f16, whose largest value is 65504")]
    Overflow {
        /// The weight.
        weight: f32,
    },
    /// The architecture has a layer without a derivative here.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// Burn gave numbers of another type or count than asked for.
    #[error("reading a tensor: {0}")]
    Data(#[from] DataError),
    /// A gradient that must exist does not.
    #[error("parameter {parameter} has no gradient")]
    NoGradient {
        /// Its position in the architecture.
        parameter: usize,
    },
}

/// Examples of one pass when nothing is learned: bounds the memory.
const PASS: usize = 250;

/// Trains a network. The result depends on the job alone, not on threads or time.
pub(crate) fn fit(job: &Job<'_>, on_epoch: &mut dyn FnMut(EpochEnd)) -> Result<Fit, FitError> {
    let initial = initial_weights(&job.architecture, job.seed, job.cell.number);
    let mut state = State::new(job, initial.clone());
    let rate = job.cell.float("lr");
    let mut epochs = 0;
    while epochs < job.schedule.max_epochs {
        let loss = state.epoch(epochs, job.schedule.rate(rate, epochs))?;
        epochs += 1;
        if !loss.is_finite() {
            return Err(FitError::Diverged { loss, epochs });
        }
        on_epoch(EpochEnd { done: epochs, loss });
        let check = epochs.is_multiple_of(job.schedule.check_every);
        if check && state.measured_loss()? < job.schedule.stop_loss {
            break;
        }
    }
    let weights: Vec<Vec<f32>> =
        state.weights.into_iter().map(|array| array.into_iter().map(round).collect()).collect();
    match weights.iter().flatten().find(|weight| !weight.is_finite()) {
        Some(weight) => Err(FitError::Overflow { weight: *weight }),
        None => Ok(Fit { initial, weights, epochs }),
    }
}

/// Weights and their velocities while they change.
struct State<'a> {
    job: &'a Job<'a>,
    weights: Vec<Vec<f32>>,
    velocities: Vec<Vec<f32>>,
    device: Device,
}

impl<'a> State<'a> {
    fn new(job: &'a Job<'a>, weights: Vec<Vec<f32>>) -> Self {
        let velocities = weights.iter().map(|array| vec![0.0; array.len()]).collect();
        Self { job, weights, velocities, device: Device::flex() }
    }

    /// One pass over the slice in an order of its own; the mean loss of its batches.
    fn epoch(&mut self, epoch: u32, rate: f32) -> Result<f64, FitError> {
        let numbers = [self.job.seed, self.job.cell.number as u64, u64::from(epoch)];
        let mut order: Vec<usize> = (0..self.job.train.examples()).collect();
        Random::new("shuffle", &numbers).shuffle(&mut order);
        let mut dropout = Random::new("dropout", &numbers);
        let mut total = 0.0;
        for batch in order.chunks(self.job.cell.integer("bs") as usize) {
            total += self.batch(batch, rate, &mut dropout)? * batch.len() as f64;
        }
        Ok(total / order.len() as f64)
    }

    /// One step of gradient descent; the batch's mean loss before it.
    fn batch(&mut self, batch: &[usize], rate: f32, dropout: &mut Random) -> Result<f64, FitError> {
        let tensors: Vec<Tensor<1>> =
            self.tensors().map(|tensor| tensor.autodiff().require_grad()).collect();
        let mut masks = |rate: f32, count: usize| {
            let kept = 1.0 / (1.0 - rate);
            (0..count).map(|_| if dropout.unit() < rate { 0.0 } else { kept }).collect()
        };
        let loss = self.loss(&tensors, batch.iter().copied(), Some(&mut masks))?;
        let mut gradients = loss.backward();
        for (index, tensor) in tensors.iter().enumerate() {
            let gradient = tensor
                .grad_remove(&mut gradients)
                .ok_or(FitError::NoGradient { parameter: index })?;
            let gradient: Vec<f32> = gradient.into_data().try_into_vec()?;
            self.descend(index, &gradient, rate);
        }
        scalar(loss)
    }

    /// Keras's momentum: `v = momentum v - rate g`, `w = w + v`. Weight decay adds `decay w` to the
    /// gradient of kernels; biases are not decayed.
    fn descend(&mut self, index: usize, gradient: &[f32], rate: f32) {
        let kernel = self.job.architecture.parameters()[index].role == ParameterRole::Kernel;
        let decay = if kernel { self.job.cell.float("weight_decay") } else { 0.0 };
        let momentum = self.job.schedule.momentum;
        let pairs = self.weights[index].iter_mut().zip(&mut self.velocities[index]);
        for ((weight, velocity), gradient) in pairs.zip(gradient) {
            *velocity = momentum * *velocity - rate * (gradient + decay * *weight);
            *weight += *velocity;
        }
    }

    /// Mean cross-entropy over the slice with dropout off.
    fn measured_loss(&self) -> Result<f64, FitError> {
        let tensors: Vec<Tensor<1>> = self.tensors().collect();
        let examples = self.job.train.examples();
        let mut total = 0.0;
        for start in (0..examples).step_by(PASS) {
            let pass = start..(start + PASS).min(examples);
            let count = pass.len() as f64;
            total += scalar(self.loss(&tensors, pass, None)?)? * count;
        }
        Ok(total / examples as f64)
    }

    fn tensors(&self) -> impl Iterator<Item = Tensor<1>> {
        self.weights.iter().map(|array| {
            let data = TensorData::new(array.clone(), [array.len()]);
            Tensor::from_data(data, &self.device)
        })
    }

    /// Mean cross-entropy of some examples, a tensor of one value.
    fn loss(
        &self,
        tensors: &[Tensor<1>],
        batch: impl ExactSizeIterator<Item = usize> + Clone,
        masks: Option<crate::forward::Masks<'_>>,
    ) -> Result<Tensor<1>, FitError> {
        let data = self.job.train;
        let classes = data.classes() as usize;
        let count = batch.len();
        let inputs: Vec<f32> =
            batch.clone().filter_map(|index| data.example(index)).flatten().copied().collect();
        // The sum over a one-hot mask, rather than a gather, because its derivative adds nothing
        // up and so has one possible order.
        let mut hot = vec![0.0_f32; count * classes];
        for (row, index) in batch.enumerate() {
            hot[row * classes + data.labels()[index] as usize] = -1.0 / count as f32;
        }
        let hot = Tensor::<2>::from_data(TensorData::new(hot, [count, classes]), &self.device);
        let logits = logits(&self.job.architecture, tensors, inputs, masks, &self.device)?;
        Ok((log_softmax(logits, 1) * hot).sum())
    }
}

fn scalar(tensor: Tensor<1>) -> Result<f64, FitError> {
    let values: Vec<f32> = tensor.into_data().try_into_vec()?;
    Ok(values.iter().map(|value| f64::from(*value)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Grid, Value};
    use crate::vgg;

    fn cell(lr: f64, decay: f64) -> Cell {
        let fixed = [
            ("bs", Value::Integer(3)),
            ("convwidth", Value::Integer(2)),
            ("dense_width", Value::Integer(4)),
            ("dropout_p", Value::Float(0.5)),
            ("lr", Value::Float(lr)),
            ("num_conv_blocks", Value::Integer(1)),
            ("weight_decay", Value::Float(decay)),
        ];
        Grid::new(std::iter::empty(), fixed.into_iter()).unwrap().cells().unwrap().remove(0)
    }

    fn data() -> Dataset {
        let mut random = Random::new("data", &[]);
        let inputs = (0..12 * 36).map(|_| random.unit() * 2.0 - 1.0).collect();
        Dataset::new(vec![6, 6, 1], inputs, (0..12).map(|i| i % 3).collect(), 3).unwrap()
    }

    fn schedule(max_epochs: u32) -> Schedule {
        Schedule {
            momentum: 0.9,
            milestones: vec![],
            milestone_factor: 0.2,
            max_epochs,
            stop_loss: 0.0,
            check_every: 1,
        }
    }

    fn run<R>(cell: &Cell, schedule: &Schedule, work: impl FnOnce(&Job<'_>) -> R) -> R {
        let train = data();
        let architecture = Arc::new(vgg::architecture(cell, &[6, 6, 1], 3).unwrap());
        work(&Job { cell, architecture, schedule, seed: 1, train: &train })
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        run(&cell(0.1, 0.0), &schedule(1), |job| {
            let mut state = State::new(job, initial_weights(&job.architecture, 1, 0));
            for array in &mut state.weights {
                // Away from zero, so that no bias sits on a kink of a relu.
                for weight in array {
                    *weight += 0.05;
                }
            }
            let batch = [0, 1, 2, 3, 4, 5];
            let loss = |state: &State<'_>| {
                let tensors: Vec<_> = state.tensors().collect();
                scalar(state.loss(&tensors, batch.into_iter(), None).unwrap()).unwrap()
            };
            let tensors: Vec<Tensor<1>> =
                state.tensors().map(|t| t.autodiff().require_grad()).collect();
            let mut gradients = state.loss(&tensors, batch.into_iter(), None).unwrap().backward();
            for (index, tensor) in tensors.iter().enumerate() {
                let gradient: Vec<f32> =
                    tensor.grad_remove(&mut gradients).unwrap().into_data().try_into_vec().unwrap();
                // The sum of a whole parameter's gradient is the slope along all ones.
                let slope: f64 = gradient.iter().map(|g| f64::from(*g)).sum();
                let shift = |state: &mut State<'_>, by: f32| {
                    state.weights[index].iter_mut().for_each(|weight| *weight += by);
                };
                let step = 1e-3;
                shift(&mut state, step);
                let above = loss(&state);
                shift(&mut state, -2.0 * step);
                let below = loss(&state);
                shift(&mut state, step);
                let measured = (above - below) / f64::from(2.0 * step);
                let tolerance = 0.02 * slope.abs().max(0.05);
                assert!((slope - measured).abs() < tolerance, "{index}: {slope} {measured}");
            }
        });
    }

    #[test]
    fn a_step_is_kerass() {
        run(&cell(0.1, 0.5), &schedule(1), |job| {
            let mut state = State::new(job, initial_weights(&job.architecture, 1, 0));
            state.weights[0][0] = 2.0;
            state.weights[1][0] = 2.0;
            state.velocities[0][0] = 1.0;
            state.velocities[1][0] = 1.0;
            let gradient = vec![3.0; state.weights[0].len()];
            state.descend(0, &gradient, 0.1);
            state.descend(1, &gradient[..2], 0.1);
            // Kernel: v = 0.9 - 0.1 (3 + 0.5 2) = 0.5; bias, not decayed: v = 0.9 - 0.3 = 0.6.
            assert!((state.weights[0][0] - 2.5).abs() < 1e-6);
            assert!((state.weights[1][0] - 2.6).abs() < 1e-6);
        });
    }

    #[test]
    fn training_lowers_the_loss_and_repeats_itself() {
        let schedule = schedule(30);
        let once = || {
            let mut losses = Vec::new();
            let fit = run(&cell(0.02, 1e-4), &schedule, |job| {
                fit(job, &mut |end| losses.push(end.loss)).unwrap()
            });
            (fit, losses)
        };
        let (first, losses) = once();
        assert_eq!(losses.len(), 30);
        assert!(losses[29] < 0.8 * losses[0], "{losses:?}");
        assert_eq!(first, once().0);
        assert_ne!(first.initial, first.weights);
        assert!(first.weights.iter().flatten().all(|weight| round(*weight) == *weight));
    }

    #[test]
    fn training_stops_at_the_loss_and_says_when_it_diverges() {
        let early = Schedule { stop_loss: 100.0, check_every: 2, ..schedule(30) };
        let fitted = run(&cell(0.01, 0.0), &early, |job| fit(job, &mut |_| ()).unwrap());
        assert_eq!(fitted.epochs, 2);
        let error = run(&cell(99.0, 0.9), &schedule(200), |job| fit(job, &mut |_| ()).unwrap_err());
        assert!(matches!(error, FitError::Diverged { .. } | FitError::Overflow { .. }), "{error}");
    }
}
