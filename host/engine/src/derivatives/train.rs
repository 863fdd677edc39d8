//! Stochastic gradient descent on a copy of a network.

use std::sync::Arc;

use assay_network::ParameterRole;
use rayon::prelude::*;

use super::objective::Objective;
use super::parameters::parameter_gradients;
use crate::{Lane, PreparedNetwork};

/// Values that one thread updates at a time.
const CHUNK: usize = 1 << 14;

/// Settings of stochastic gradient descent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Descent {
    /// Size of a step; negative numbers ascend.
    pub learning_rate: f32,
    /// Share of the last step that the next one keeps.
    pub momentum: f32,
    /// Multiple of the kernels that is added to their gradients.
    pub weight_decay: f32,
    /// Examples of a step; at least 1.
    pub batch_size: usize,
    /// Number of steps.
    pub steps: usize,
}

/// A copy of the network after steps on the mean cross-entropy of batches of consecutive examples;
/// after the last example comes the first again. `examples` is `[count, ..input]`, row-major, with one
/// label each, and not empty.
///
/// A step, every operation rounded on its own: `g = sum / batch size`, where `sum` is what
/// [`parameter_gradients`] gives; for kernels `g += weight decay * w`; then `v = momentum * v + g`
/// with `v` zero at first, and `w -= learning rate * v`. Moving statistics stay as they are.
pub fn train(
    lane: &Lane,
    network: &PreparedNetwork,
    examples: &[f32],
    labels: &[u32],
    descent: &Descent,
) -> PreparedNetwork {
    let size = examples.len() / labels.len();
    let parameters = network.network().architecture().parameters().to_vec();
    let is_constant =
        |role| matches!(role, ParameterRole::MovingMean | ParameterRole::MovingVariance);
    let mut current = network.with_parameters(&[]);
    let mut velocities: Vec<Vec<f32>> =
        parameters.iter().map(|own| vec![0.0; own.shape.iter().product()]).collect();
    let (mut batch, mut batch_labels) = (Vec::new(), Vec::new());
    let mut order = (0..labels.len()).cycle();
    for _ in 0..descent.steps {
        batch.clear();
        batch_labels.clear();
        for at in order.by_ref().take(descent.batch_size) {
            batch.extend_from_slice(&examples[at * size..][..size]);
            batch_labels.push(labels[at]);
        }
        let objective = Objective::CrossEntropy(&batch_labels);
        let sums = parameter_gradients(lane, &current, 0, &batch, &objective);
        let mut replacements = Vec::with_capacity(parameters.len());
        for (at, (sum, velocity)) in sums.iter().zip(&mut velocities).enumerate() {
            let role = parameters[at].role;
            if is_constant(role) {
                continue;
            }
            let decay =
                if role == ParameterRole::Kernel { Some(descent.weight_decay) } else { None };
            let mut weights = current.network().weights()[at].to_vec();
            lane.run(|| step(&mut weights, velocity, sum, decay, descent));
            replacements.push((at, Arc::from(weights)));
        }
        current = current.with_parameters(&replacements);
    }
    current
}

/// One parameter's step.
fn step(
    weights: &mut [f32],
    velocity: &mut [f32],
    sum: &[f32],
    decay: Option<f32>,
    descent: &Descent,
) {
    let count = descent.batch_size as f32;
    let chunks = weights.par_chunks_mut(CHUNK).zip(velocity.par_chunks_mut(CHUNK));
    chunks.zip(sum.par_chunks(CHUNK)).for_each(|((weights, velocity), sum)| {
        for ((weight, velocity), sum) in weights.iter_mut().zip(velocity).zip(sum) {
            let mut gradient = sum / count;
            if let Some(decay) = decay {
                gradient += decay * *weight;
            }
            *velocity = descent.momentum * *velocity + gradient;
            *weight -= descent.learning_rate * *velocity;
        }
    });
}

#[cfg(test)]
mod tests {
    use assay_network::{Activation, Architecture, LayerKind, Network, Padding, Window};

    use super::*;
    use crate::evaluate;

    fn network() -> PreparedNetwork {
        let window = Window { size: [3, 3], strides: [1, 1], padding: Padding::Same };
        let (activation, bias) = (Activation::Relu, true);
        let kinds = vec![
            LayerKind::Conv2d { filters: 6, window, activation, bias },
            LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: true },
            LayerKind::Flatten,
            LayerKind::Dense { units: 3, activation: Activation::Linear, bias },
        ];
        let architecture = Arc::new(Architecture::new(&[4, 4, 1], kinds).unwrap());
        let value = |at: usize| (at * 37 % 64) as f32 / 64.0 + 0.01;
        let weights = architecture.parameters().iter().map(|own| {
            let shift = if own.role == ParameterRole::Kernel { 0.5 } else { 0.0 };
            (0..own.shape.iter().product()).map(|at| value(at) - shift).collect()
        });
        let weights = weights.collect();
        PreparedNetwork::new(Network::new(architecture, weights, None).unwrap())
    }

    fn examples(count: usize) -> (Vec<f32>, Vec<u32>) {
        let labels: Vec<u32> = (0..count as u32).map(|at| at % 3).collect();
        // A class is a bright row, on top of which every example is its own.
        let pixel = |example: usize, at: usize| {
            let own = (example * 31 + at * 17) % 32;
            let bright = at / 4 == labels[example] as usize;
            own as f32 / 64.0 + if bright { 1.0 } else { 0.0 }
        };
        let values = (0..count * 16).map(|at| pixel(at / 16, at % 16)).collect();
        (values, labels)
    }

    const DESCENT: Descent =
        Descent { learning_rate: 0.02, momentum: 0.9, weight_decay: 0.01, batch_size: 5, steps: 3 };

    #[test]
    fn steps_follow_the_documented_formula() {
        let lane = Lane::new(1).unwrap();
        let network = network();
        let (values, labels) = examples(7);
        let trained = train(&lane, &network, &values, &labels, &DESCENT);
        let mut by_hand = network.with_parameters(&[]);
        let count = network.network().architecture().parameters().len();
        let mut velocities = vec![Vec::new(); count];
        for batch in [[0, 1, 2, 3, 4], [5, 6, 0, 1, 2], [3, 4, 5, 6, 0]] {
            let rows: Vec<f32> =
                batch.iter().flat_map(|at| values[at * 16..][..16].to_vec()).collect();
            let own: Vec<u32> = batch.iter().map(|at| labels[*at]).collect();
            let entropy = Objective::CrossEntropy(&own);
            let sums = parameter_gradients(&lane, &by_hand, 0, &rows, &entropy);
            let mut replaced = Vec::new();
            for (at, sum) in sums.iter().enumerate() {
                let parameter = &network.network().architecture().parameters()[at];
                velocities[at].resize(sum.len(), 0.0_f32);
                let mut weights = by_hand.network().weights()[at].to_vec();
                for (index, weight) in weights.iter_mut().enumerate() {
                    let mut gradient = sum[index] / 5.0;
                    if parameter.role == ParameterRole::Kernel {
                        gradient += 0.01 * *weight;
                    }
                    velocities[at][index] = 0.9 * velocities[at][index] + gradient;
                    *weight -= 0.02 * velocities[at][index];
                }
                replaced.push((at, Arc::from(weights)));
            }
            by_hand = by_hand.with_parameters(&replaced);
        }
        assert_eq!(trained.network().weights(), by_hand.network().weights());
        let changed = trained.network().weights().iter().zip(network.network().weights());
        let same: Vec<bool> = changed.map(|(a, b)| a == b).collect();
        // kernel, bias, gamma, beta, moving mean, moving variance, kernel, bias
        assert_eq!(same, [false, false, false, false, true, true, false, false]);
    }

    #[test]
    fn descent_learns_and_ascent_forgets() {
        let lane = Lane::new(2).unwrap();
        let (values, labels) = examples(60);
        let data =
            assay_network::Dataset::new(vec![4, 4, 1], values.clone(), labels.clone(), 3).unwrap();
        let loss = |network: &PreparedNetwork| evaluate(&lane, network, &data).unwrap().loss;
        let start = network();
        let descent = Descent { batch_size: 20, steps: 60, ..DESCENT };
        let trained = train(&lane, &start, &values, &labels, &descent);
        assert!(loss(&trained) < 0.5 * loss(&start), "{} {}", loss(&trained), loss(&start));
        let ascent = Descent { learning_rate: -0.01, weight_decay: 0.0, steps: 5, ..descent };
        let forgotten = loss(&train(&lane, &trained, &values, &labels, &ascent));
        assert!(forgotten > loss(&trained), "{forgotten} {}", loss(&trained));
    }

    #[test]
    fn no_step_is_the_network_itself() {
        let lane = Lane::new(1).unwrap();
        let (values, labels) = examples(7);
        let network = network();
        let none = Descent { steps: 0, ..DESCENT };
        let same = train(&lane, &network, &values, &labels, &none);
        assert_eq!(same.network().weights(), network.network().weights());
    }
}
