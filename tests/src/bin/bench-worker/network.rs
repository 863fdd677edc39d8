//! Passes through a network that `tests/bench/nets.py` wrote.

use std::path::Path;
use std::sync::Arc;

use assay_call::{Tap, TapPoint};
use assay_engine::{Lane, PreparedNetwork, forward};
use assay_network::{Architecture, LayerKind, Network};
use serde_json::Value;

use crate::Refusal;

/// A pass made ready: a network with its weights packed, and a batch.
pub(crate) struct Pass {
    network: PreparedNetwork,
    inputs: Vec<f32>,
    logits: Tap,
    result: Vec<f32>,
}

impl Pass {
    /// Reads a network's folder. `what` is `forward`, or what to derive by.
    pub(crate) fn new(folder: &Path, what: &str, batch: usize) -> Result<Self, Refusal> {
        if what != "forward" {
            return Err(Refusal::Unsupported(format!("no derivatives by {what} yet")));
        }
        let network = read_network(folder)?;
        let architecture = network.architecture();
        let last = architecture.layers().len() as u32 - 1;
        let size: usize = architecture.input().iter().product();
        let mut inputs = floats(&folder.join("inputs.f32"))?;
        if inputs.len() < batch * size {
            return Err(Refusal::Failed(format!("no {batch} examples in {}", folder.display())));
        }
        inputs.truncate(batch * size);
        let logits = Tap { layer: last, point: TapPoint::Output };
        let network = PreparedNetwork::new(network);
        Ok(Self { network, inputs, logits, result: Vec::new() })
    }

    /// Runs the pass again and again.
    pub(crate) fn repeat(&mut self, lane: &Lane, times: usize) {
        for _ in 0..times {
            self.result = forward(lane, &self.network, &self.inputs, &[self.logits]).swap_remove(0);
        }
    }

    /// Writes the last result.
    pub(crate) fn output(&self, into: &Path) -> std::io::Result<()> {
        let bytes: Vec<u8> = self.result.iter().flat_map(|value| value.to_le_bytes()).collect();
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
    let flat = floats(&folder.join("weights.f32"))?;
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

fn floats(file: &Path) -> Result<Vec<f32>, Refusal> {
    let bytes = std::fs::read(file)
        .map_err(|error| Refusal::Failed(format!("{}: {error}", file.display())))?;
    let (chunks, _) = bytes.as_chunks::<4>();
    Ok(chunks.iter().copied().map(f32::from_le_bytes).collect())
}
