//! Calls of the `networks` interface: passes, derivatives, copies.

use assay_call::{Call, Fault, Objective as Asked, Pass, Tangent as Along};

use super::{Engine, Failure};
use crate::derivatives::{self, Descent, Objective, Tangent};
use crate::forward::{forward_from, logits_tap};
use crate::{PreparedNetwork, Tensor};

impl Engine {
    /// Calls that run a network; nothing for others.
    pub(super) fn compute_pass(
        &self,
        call: &Call,
        shapes: &[Vec<usize>],
    ) -> Result<Option<Vec<Tensor>>, Failure> {
        let made = match call {
            Call::NetworkParameter { network, index } => {
                let weights = self.network(*network)?.network().weights();
                return Ok(Some(vec![share(&weights[*index as usize], shapes)]));
            }
            Call::NetworkInitialParameter { network, index } => {
                let initial = self.network(*network)?.network().initial();
                let initial = initial.ok_or_else(|| Fault("no initial weights".into()))?;
                return Ok(Some(vec![share(&initial[*index as usize], shapes)]));
            }
            Call::NetworkLogits { network, batch } => {
                let network = self.network(*network)?;
                let batch = self.get(*batch)?.values();
                forward_from(&self.lane, network, 0, batch, &[logits_tap(network)])
            }
            Call::NetworkLogitsFrom { network, layer, activation } => {
                let network = self.network(*network)?;
                let batch = self.get(*activation)?.values();
                let taps = [logits_tap(network)];
                forward_from(&self.lane, network, *layer as usize, batch, &taps)
            }
            Call::NetworkActivations { network, batch, taps } => {
                let batch = self.get(*batch)?.values();
                forward_from(&self.lane, self.network(*network)?, 0, batch, taps)
            }
            Call::NetworkActivationsFrom { network, layer, activation, taps } => {
                let batch = self.get(*activation)?.values();
                let network = self.network(*network)?;
                forward_from(&self.lane, network, *layer as usize, batch, taps)
            }
            Call::NetworkApplyLinear { network, layer, activation } => {
                let batch = self.get(*activation)?.values();
                let network = self.network(*network)?;
                vec![derivatives::apply_linear(&self.lane, network, *layer as usize, batch)]
            }
            Call::NetworkApplyTranspose { network, layer, activation } => {
                let batch = self.get(*activation)?.values();
                let network = self.network(*network)?;
                vec![derivatives::apply_transpose(&self.lane, network, *layer as usize, batch)]
            }
            _ => match self.derivative(call)? {
                Some(made) => made,
                None => return Ok(None),
            },
        };
        let tensors = shapes.iter().cloned().zip(made);
        Ok(Some(tensors.map(|(shape, values)| Tensor::new(shape, values)).collect()))
    }

    fn derivative(&self, call: &Call) -> Result<Option<Vec<Vec<f32>>>, Failure> {
        let lane = &self.lane;
        let place = |pass: &Pass| -> Result<(&PreparedNetwork, usize, &[f32]), Fault> {
            let network = self.network(pass.network)?;
            Ok((network, pass.layer as usize, self.get(pass.batch)?.values()))
        };
        Ok(Some(match call {
            Call::NetworkObjective { pass, objective } => {
                let (network, layer, batch) = place(pass)?;
                let objective = self.objective(objective)?;
                vec![derivatives::objective(lane, network, layer, batch, &objective)]
            }
            Call::NetworkGradients { pass, objective, taps } => {
                let (network, layer, batch) = place(pass)?;
                let objective = self.objective(objective)?;
                derivatives::gradients(lane, network, layer, batch, &objective, taps)
            }
            Call::NetworkParameterGradients { pass, objective } => {
                let (network, layer, batch) = place(pass)?;
                let objective = self.objective(objective)?;
                derivatives::parameter_gradients(lane, network, layer, batch, &objective)
            }
            Call::NetworkJacobianVector { pass, tangent, taps } => {
                let (network, layer, batch) = place(pass)?;
                let tangent = self.tangent(tangent)?;
                derivatives::jacobian_vector(lane, network, layer, batch, &tangent, taps)
            }
            Call::NetworkHessianVector { pass, objective, tangent } => {
                let (network, layer, batch) = place(pass)?;
                let (objective, tangent) = (self.objective(objective)?, self.tangent(tangent)?);
                derivatives::hessian_vector(lane, network, layer, batch, &objective, &tangent)
            }
            _ => return Ok(None),
        }))
    }

    /// An objective with the values of the tensors that it names.
    pub fn objective<'a>(&'a self, asked: &'a Asked) -> Result<Objective<'a>, Fault> {
        Ok(match asked {
            Asked::Cotangent(tensor) => Objective::Cotangent(self.get(*tensor)?.values()),
            Asked::CrossEntropy(labels) => Objective::CrossEntropy(labels),
            Asked::SoftCrossEntropy(tensor) => {
                Objective::SoftCrossEntropy(self.get(*tensor)?.values())
            }
            Asked::SquaredError(tensor) => Objective::SquaredError(self.get(*tensor)?.values()),
            Asked::Logit(classes) => Objective::Logit(classes),
            Asked::LogitDifference(pairs) => Objective::LogitDifference(pairs),
            Asked::Margin(labels) => Objective::Margin(labels),
        })
    }

    fn tangent<'a>(&'a self, along: &Along) -> Result<Tangent<'a>, Fault> {
        Ok(match along {
            Along::Batch(tensor) => Tangent::Batch(self.get(*tensor)?.values()),
            Along::Parameters(tensors) => {
                let values = tensors.iter().map(|tensor| Ok(self.get(*tensor)?.values()));
                Tangent::Parameters(values.collect::<Result<_, Fault>>()?)
            }
        })
    }

    /// The copy that a call asks for, and the bytes that it does not share.
    pub(super) fn copy(&self, call: &Call) -> Result<(PreparedNetwork, u64), Failure> {
        match call {
            Call::NetworkWithParameters { network, replacements } => {
                let (mut replaced, mut bytes) = (Vec::with_capacity(replacements.len()), 0);
                for (at, tensor) in replacements {
                    let tensor = self.get(*tensor)?;
                    bytes += tensor.bytes();
                    replaced.push((*at as usize, tensor.array()));
                }
                Ok((self.network(*network)?.with_parameters(&replaced), bytes))
            }
            Call::NetworkTrain { network, examples, labels, descent } => {
                let network = self.network(*network)?;
                let examples = self.get(*examples)?.values();
                let descent = Descent {
                    learning_rate: descent.learning_rate,
                    momentum: descent.momentum,
                    weight_decay: descent.weight_decay,
                    batch_size: descent.batch_size as usize,
                    steps: descent.steps as usize,
                };
                let trained = derivatives::train(&self.lane, network, examples, labels, &descent);
                let count = network.network().architecture().parameter_count();
                Ok((trained, 4 * count as u64))
            }
            other => Err(Fault(format!("{} makes no network", other.name())).into()),
        }
    }
}

/// An array of a network as a tensor, without a copy.
fn share(array: &std::sync::Arc<[f32]>, shapes: &[Vec<usize>]) -> Tensor {
    Tensor::new(shapes[0].clone(), std::sync::Arc::clone(array))
}
