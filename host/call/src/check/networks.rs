//! Checks of the `networks` interface.

use assay_network::{Architecture, Layer};

use super::{Checked, Inventory, Plan, Rejected, elements, fail, tensor};
use crate::limits::TAPS_MAX;
use crate::{Call, ErrorKind, NetworkHandle, Tap, TapPoint, TensorHandle, price};

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    let find = |handle: NetworkHandle| inventory.network(handle).ok_or(Rejected::UnknownHandle);
    match call {
        Call::NetworkInputShape { network } => {
            Ok(Plan::reply(4 * find(*network)?.0.input().len() as u64))
        }
        // A layer's record is about 64 bytes, a parameter's about 32.
        Call::NetworkLayers { network } => {
            Ok(Plan::reply(64 * find(*network)?.0.layers().len() as u64))
        }
        Call::NetworkParameters { network } => {
            Ok(Plan::reply(32 * find(*network)?.0.parameters().len() as u64))
        }
        Call::NetworkParameter { network, index } => parameter(find(*network)?.0, *index),
        Call::NetworkInitialParameter { network, index } => {
            let (architecture, has_initial) = find(*network)?;
            if !has_initial {
                return fail(ErrorKind::Unsupported, "this task holds no initial weights");
            }
            parameter(architecture, *index)
        }
        Call::NetworkLogits { network, batch } => {
            logits(&Entry::new(find(*network)?.0, 0, *batch, inventory)?)
        }
        Call::NetworkLogitsFrom { network, layer, activation } => {
            logits(&Entry::new(find(*network)?.0, *layer, *activation, inventory)?)
        }
        Call::NetworkActivations { network, batch, taps } => {
            activations(&Entry::new(find(*network)?.0, 0, *batch, inventory)?, taps)
        }
        Call::NetworkActivationsFrom { network, layer, activation, taps } => {
            activations(&Entry::new(find(*network)?.0, *layer, *activation, inventory)?, taps)
        }
        Call::NetworkDrop { network } => {
            find(*network)?;
            if network.0 == 0 {
                // The unit's own network is lent to the measure; no honest sandbox gives it back.
                return Err(Rejected::UnknownHandle);
            }
            Ok(Plan::reply(0))
        }
        // Every call of this interface has its arm above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

fn parameter(architecture: &Architecture, index: u32) -> Checked {
    let parameters = architecture.parameters();
    let Some(parameter) = parameters.get(index as usize) else {
        let message = format!("parameter {index} of {}", parameters.len());
        return fail(ErrorKind::OutOfRange, message);
    };
    let work = elements(&parameter.shape)?;
    Ok(Plan::tensor(parameter.shape.clone(), Some(work)))
}

/// A batch that enters a network at a layer, checked.
pub(super) struct Entry<'a> {
    pub(super) architecture: &'a Architecture,
    pub(super) layer: usize,
    pub(super) examples: usize,
}

impl<'a> Entry<'a> {
    pub(super) fn new(
        architecture: &'a Architecture,
        layer: u32,
        batch: TensorHandle,
        inventory: &dyn Inventory,
    ) -> Result<Self, Rejected> {
        let input = &find_layer(architecture, layer)?.input;
        let shape = tensor(inventory, batch)?;
        match shape.split_first() {
            Some((examples, example)) if example == input => {
                Ok(Self { architecture, layer: layer as usize, examples: *examples })
            }
            _ => {
                let taker =
                    if layer == 0 { "the network".to_owned() } else { format!("layer {layer}") };
                let message =
                    format!("a batch of shape {shape:?}, {taker} takes [examples, ..{input:?}]");
                fail(ErrorKind::ShapeMismatch, message)
            }
        }
    }

    /// Multiply-adds for one example from the entry to before layer `end`.
    pub(super) fn operations_until(&self, end: usize) -> u64 {
        self.architecture.operations_in(self.layer..end.max(self.layer))
    }

    /// Multiply-adds for one example from the entry to the end.
    pub(super) fn operations(&self) -> u64 {
        self.operations_until(self.architecture.layers().len())
    }

    /// Shapes of the activations at taps, and the layer before which the last of them lies.
    pub(super) fn taps(&self, taps: &[Tap]) -> Result<(Vec<Vec<usize>>, usize), Rejected> {
        if taps.is_empty() {
            return fail(ErrorKind::InvalidArgument, "no tap");
        }
        if taps.len() as u64 > TAPS_MAX {
            return fail(
                ErrorKind::TooLarge,
                format!("{} taps, at most {TAPS_MAX} in one pass", taps.len()),
            );
        }
        let (mut shapes, mut end) = (Vec::with_capacity(taps.len()), self.layer);
        for tap in taps {
            let layer = find_layer(self.architecture, tap.layer)?;
            let at = tap.layer as usize;
            if at < self.layer {
                let message = format!("a tap at layer {at}, the batch enters at {}", self.layer);
                return fail(ErrorKind::OutOfRange, message);
            }
            let (example, needs) = match tap.point {
                TapPoint::Input => (&layer.input, at),
                TapPoint::PreActivation | TapPoint::Output => (&layer.output, at + 1),
            };
            let mut shape = vec![self.examples];
            shape.extend(example);
            end = end.max(needs);
            shapes.push(shape);
        }
        Ok((shapes, end))
    }
}

pub(super) fn find_layer(architecture: &Architecture, layer: u32) -> Result<&Layer, Rejected> {
    let layers = architecture.layers();
    match layers.get(layer as usize) {
        Some(layer) => Ok(layer),
        None => fail(ErrorKind::OutOfRange, format!("layer {layer} of {}", layers.len())),
    }
}

/// Elements of all these shapes.
pub(super) fn kept(shapes: &[Vec<usize>]) -> Result<u64, Rejected> {
    shapes.iter().try_fold(0_u64, |sum, shape| Ok(sum.saturating_add(elements(shape)?)))
}

fn logits(entry: &Entry<'_>) -> Checked {
    let mut shape = vec![entry.examples];
    shape.extend(entry.architecture.output());
    let work = price::forward(entry.examples as u64, entry.operations(), elements(&shape)?);
    Ok(Plan::tensor(shape, work))
}

fn activations(entry: &Entry<'_>, taps: &[Tap]) -> Checked {
    let (results, end) = entry.taps(taps)?;
    let operations = entry.operations_until(end);
    let work = price::forward(entry.examples as u64, operations, kept(&results)?);
    Ok(Plan { work, results, bytes_out: 0 })
}
