//! Derivatives on the adapter: Burn's autodiff walks back from the cotangents of the logits.
//!
//! The cotangents themselves are the `cpu` lane's function of the logits, so an objective has one
//! definition. Autodiff is first-order, so products with Hessians are the `cpu` lane's altogether.

use std::ops::Range;

use assay_call::Tap;
use assay_engine::Objective;
use burn::tensor::{Gradients, Tensor, TensorData};

use crate::flow::Flow;
use crate::forward::{forward, logits_tap, pieces, walk};
use crate::resident::Operation;
use crate::{AdapterError, ResidentNetwork};

/// Values of an objective, `[examples]`.
pub fn objective(
    network: &ResidentNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
) -> Result<Vec<f32>, AdapterError> {
    let taps = [logits_tap(network.architecture())];
    let logits = forward(network, layer, batch, &taps)?.swap_remove(0);
    Ok(objective.values(&logits, classes(network)))
}

/// Gradients of each example's objective with respect to its own activations at `taps`,
/// `[examples, ..shape]` each, in their order. `batch` is what layer `layer` takes.
pub fn gradients(
    network: &ResidentNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
    taps: &[Tap],
) -> Result<Vec<Vec<f32>>, AdapterError> {
    let mut results = vec![Vec::new(); taps.len()];
    for (examples, piece) in pieces(network.architecture(), layer, batch) {
        let mut places: Vec<Option<Place>> = vec![None; taps.len()];
        let watch = |at: Tap, flow: Flow| {
            if !taps.contains(&at) {
                return flow;
            }
            let place = Place::at(&flow);
            let through = place.added_to(flow);
            for (_, slot) in taps.iter().zip(&mut places).filter(|(tap, _)| **tap == at) {
                *slot = Some(place.clone());
            }
            through
        };
        let gradients =
            back(network, network.operations(), layer, piece, objective, examples, watch)?;
        for (slot, place) in results.iter_mut().zip(places) {
            // Taps lie on the way, so each has its place, and a graph that watches one is tracked.
            if let (Some(place), Some(gradients)) = (place, &gradients) {
                slot.extend(place.gradient(gradients).values()?);
            }
        }
    }
    Ok(results)
}

/// Gradients of the sum of the examples' objectives with respect to every parameter, in the network's
/// order and layout. Moving statistics, and layers before `layer`, get zeros.
pub fn parameter_gradients(
    network: &ResidentNetwork,
    layer: usize,
    batch: &[f32],
    objective: &Objective<'_>,
) -> Result<Vec<Vec<f32>>, AdapterError> {
    let tracked: Vec<Operation> = network.operations().iter().map(Operation::tracked).collect();
    let mut sums: Vec<Vec<Tensor<1>>> = vec![Vec::new(); tracked.len()];
    for (examples, piece) in pieces(network.architecture(), layer, batch) {
        let gradients = back(network, &tracked, layer, piece, objective, examples, |_, flow| flow)?;
        // No graph where no layer on the way has parameters.
        let Some(gradients) = gradients else { break };
        for (sum, operation) in sums.iter_mut().zip(&tracked).skip(layer) {
            let own = operation.gradients(&gradients);
            *sum = match std::mem::take(sum) {
                before if before.is_empty() => own,
                before => before.into_iter().zip(own).map(|(a, b)| a + b).collect(),
            };
        }
    }
    let mut results = Vec::with_capacity(network.architecture().parameters().len());
    for (at, sum) in sums.into_iter().enumerate() {
        let mut values = Vec::with_capacity(sum.len());
        for tensor in sum {
            values.push(Flow::Rows(tensor.unsqueeze()).values()?);
        }
        results.extend(network.parameters_of(at, values));
    }
    Ok(results)
}

fn classes(network: &ResidentNetwork) -> usize {
    network.architecture().output().iter().product()
}

/// Runs one piece forward, and back from the cotangents of its logits; nothing if there is nothing
/// tracked on the way.
fn back(
    network: &ResidentNetwork,
    operations: &[Operation],
    layer: usize,
    piece: &[f32],
    objective: &Objective<'_>,
    examples: Range<usize>,
    watch: impl FnMut(Tap, Flow) -> Flow,
) -> Result<Option<Gradients>, AdapterError> {
    let layers = network.architecture().layers();
    let flow = Flow::enter(piece, &layers[layer].input, &network.device).tracked();
    let logits = walk(operations, layers, layer, flow, watch).rows();
    let shape = logits.dims();
    let values = Flow::Rows(logits.clone().inner()).values()?;
    let classes = classes(network);
    let cotangents = objective.part(examples, classes).cotangents(&values, classes);
    let cotangents = Tensor::<2>::from_data(TensorData::new(cotangents, shape), &network.device);
    let objective = (logits * cotangents).sum();
    Ok(objective.is_tracked().then(|| objective.backward()))
}

/// A place whose gradient is wanted: zeros that are added there.
#[derive(Clone)]
enum Place {
    Pictures(Tensor<4>),
    Rows(Tensor<2>),
}

impl Place {
    fn at(flow: &Flow) -> Self {
        match flow {
            Flow::Pictures(x) => {
                Self::Pictures(x.clone().inner().zeros_like().autodiff().require_grad())
            }
            Flow::Rows(x) => Self::Rows(x.clone().inner().zeros_like().autodiff().require_grad()),
        }
    }

    fn added_to(&self, flow: Flow) -> Flow {
        match (self, flow) {
            (Self::Pictures(zeros), Flow::Pictures(x)) => Flow::Pictures(x + zeros.clone()),
            (Self::Rows(zeros), Flow::Rows(x)) => Flow::Rows(x + zeros.clone()),
            // A place has the form of the flow that it was made at.
            (_, flow) => flow,
        }
    }

    /// The gradient; zeros where nothing of the place reaches the objective.
    fn gradient(&self, gradients: &Gradients) -> Flow {
        match self {
            Self::Pictures(place) => Flow::Pictures(gradient(place, gradients)),
            Self::Rows(place) => Flow::Rows(gradient(place, gradients)),
        }
    }
}

fn gradient<const D: usize>(place: &Tensor<D>, gradients: &Gradients) -> Tensor<D> {
    place.grad(gradients).unwrap_or_else(|| place.clone().inner().zeros_like())
}

impl Operation {
    /// The same operation with weights that autodiff follows.
    fn tracked(&self) -> Self {
        match self {
            Self::Convolution { kernel, bias, options } => Self::Convolution {
                kernel: kernel.clone().autodiff().require_grad(),
                bias: bias.clone().map(|bias| bias.autodiff().require_grad()),
                options: options.clone(),
            },
            Self::Dense { kernel, bias } => Self::Dense {
                kernel: kernel.clone().autodiff().require_grad(),
                bias: bias.clone().map(|bias| bias.autodiff().require_grad()),
            },
            Self::BatchNorm { mean, factor, offset } => Self::BatchNorm {
                mean: mean.clone(),
                factor: factor.clone().autodiff().require_grad(),
                offset: offset.clone().autodiff().require_grad(),
            },
            other => other.clone(),
        }
    }

    /// Gradients of the tracked weights in the project's layout, each flat.
    fn gradients(&self, gradients: &Gradients) -> Vec<Tensor<1>> {
        match self {
            Self::Convolution { kernel, bias, .. } => {
                let kernel = gradient(kernel, gradients).permute([2, 3, 1, 0]);
                let mut list = vec![flat(kernel)];
                list.extend(bias.as_ref().map(|bias| gradient(bias, gradients)));
                list
            }
            Self::Dense { kernel, bias } => {
                let mut list = vec![flat(gradient(kernel, gradients))];
                list.extend(bias.as_ref().map(|bias| flat(gradient(bias, gradients))));
                list
            }
            Self::BatchNorm { factor, offset, .. } => {
                vec![flat(gradient(factor, gradients)), flat(gradient(offset, gradients))]
            }
            _ => Vec::new(),
        }
    }
}

fn flat<const D: usize>(x: Tensor<D>) -> Tensor<1> {
    let count: usize = x.dims().iter().product();
    x.reshape([count])
}
