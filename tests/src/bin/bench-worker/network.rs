//! Passes through a network that `tests/bench/nets.py` wrote.

use std::path::Path;
use std::sync::Arc;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, Objective, PreparedNetwork, forward, gradients, parameter_gradients};
use assay_network::{Architecture, LayerKind, Network, ParameterRole};
use serde_json::Value;

use crate::Refusal;

/// A pass made ready: a network with its weights packed, and a batch.
pub(crate) struct Pass {
    network: PreparedNetwork,
    what: What,
    inputs: Vec<f32>,
    labels: Vec<u32>,
    results: Vec<Vec<f32>>,
}

/// What a pass computes.
#[derive(Clone, Copy)]
enum What {
    Logits,
    /// The derivative of the cross-entropy, summed over the batch, by the inputs.
    ByInputs,
    /// The same by every parameter.
    ByParameters,
}

impl Pass {
    /// Reads a network's folder. `what` is `forward`, or what to derive by.
    pub(crate) fn new(folder: &Path, what: &str, batch: usize) -> Result<Self, Refusal> {
        let what = match what {
            "forward" => What::Logits,
            "inputs" => What::ByInputs,
            "parameters" => What::ByParameters,
            other => return Err(Refusal::Unsupported(format!("`{other}` is no pass"))),
        };
        let network = read_network(folder)?;
        let size: usize = network.architecture().input().iter().product();
        let mut inputs = words(&folder.join("inputs.f32"), f32::from_le_bytes)?;
        let mut labels = words(&folder.join("labels.u32"), u32::from_le_bytes)?;
        if inputs.len() < batch * size || labels.len() < batch {
            return Err(Refusal::Failed(format!("no {batch} examples in {}", folder.display())));
        }
        inputs.truncate(batch * size);
        labels.truncate(batch);
        let network = PreparedNetwork::new(network);
        Ok(Self { network, what, inputs, labels, results: Vec::new() })
    }

    /// Runs the pass again and again.
    pub(crate) fn repeat(&mut self, lane: &Lane, times: usize) {
        let layers = self.network.network().architecture().layers().len() as u32;
        let objective = Objective::CrossEntropy(&self.labels);
        let (network, inputs) = (&self.network, &self.inputs);
        for _ in 0..times {
            self.results = match self.what {
                What::Logits => {
                    let logits = Tap { layer: layers - 1, point: TapPoint::Output };
                    forward(lane, network, inputs, &[logits])
                }
                What::ByInputs => {
                    let tap = Tap { layer: 0, point: TapPoint::Input };
                    gradients(lane, network, 0, inputs, &objective, &[tap])
                }
                What::ByParameters => parameter_gradients(lane, network, 0, inputs, &objective),
            };
        }
    }

    /// Writes the last results, one after another; of derivatives by parameters those that can be
    /// trained, as the other side does.
    pub(crate) fn output(&self, into: &Path) -> std::io::Result<()> {
        let parameters = self.network.network().architecture().parameters();
        let fixed = |at: usize| {
            let role = parameters[at].role;
            matches!(role, ParameterRole::MovingMean | ParameterRole::MovingVariance)
        };
        let mut bytes = Vec::new();
        for (at, values) in self.results.iter().enumerate() {
            if !(matches!(self.what, What::ByParameters) && fixed(at)) {
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }
        }
        std::fs::write(into, bytes)
    }
}

/// The network of a folder: `layers.json` and `weights.f32`.
fn read_network(folder: &Path) -> Result<Network, Refusal> {
    let text = std::fs::read(folder.join("layers.json"))?;
    let mut value: Value = serde_json::from_slice(&text)?;
    let input: Vec<usize> = serde_json::from_value(value["input"].take())?;
    let layers: Vec<LayerKind> = serde_json::from_value(value["layers"].take())?;
    let architecture = Architecture::new(&input, layers)?;
    let flat = words(&folder.join("weights.f32"), f32::from_le_bytes)?;
    let (mut rest, mut arrays) = (flat.as_slice(), Vec::new());
    for parameter in architecture.parameters() {
        let size = parameter.shape.iter().product();
        let (array, after) = rest
            .split_at_checked(size)
            .ok_or_else(|| Refusal::Failed(format!("too few weights in {}", folder.display())))?;
        arrays.push(array.to_vec());
        rest = after;
    }
    if !rest.is_empty() {
        return Err(Refusal::Failed(format!("too many weights in {}", folder.display())));
    }
    Ok(Network::new(Arc::new(architecture), arrays, None)?)
}

/// A file of four-byte little-endian values.
fn words<T>(file: &Path, value: fn([u8; 4]) -> T) -> Result<Vec<T>, Refusal> {
    let bytes = std::fs::read(file)
        .map_err(|error| Refusal::Failed(format!("{}: {error}", file.display())))?;
    let (chunks, _) = bytes.as_chunks::<4>();
    Ok(chunks.iter().copied().map(value).collect())
}
