//! Checks of the `networks` interface.

use assay_network::Architecture;

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
            let architecture = find(*network)?.0;
            let examples = batch_size(architecture, *batch, inventory)?;
            let mut shape = vec![examples];
            shape.extend(architecture.output());
            let kept = elements(&shape)?;
            let work = price::forward(examples as u64, architecture.operations(), kept);
            Ok(Plan::tensor(shape, work))
        }
        Call::NetworkActivations { network, batch, taps } => {
            activations(find(*network)?.0, *batch, taps, inventory)
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

fn batch_size(
    architecture: &Architecture,
    batch: TensorHandle,
    inventory: &dyn Inventory,
) -> Result<usize, Rejected> {
    let shape = tensor(inventory, batch)?;
    match shape.split_first() {
        Some((examples, example)) if example == architecture.input() => Ok(*examples),
        _ => {
            let input = architecture.input();
            let message =
                format!("a batch of shape {shape:?}, the network takes [examples, ..{input:?}]");
            fail(ErrorKind::ShapeMismatch, message)
        }
    }
}

fn activations(
    architecture: &Architecture,
    batch: TensorHandle,
    taps: &[Tap],
    inventory: &dyn Inventory,
) -> Checked {
    let examples = batch_size(architecture, batch, inventory)?;
    if taps.is_empty() {
        return fail(ErrorKind::InvalidArgument, "no tap");
    }
    if taps.len() as u64 > TAPS_MAX {
        return fail(
            ErrorKind::TooLarge,
            format!("{} taps, at most {TAPS_MAX} in one pass", taps.len()),
        );
    }
    let (mut results, mut kept, mut end) = (Vec::with_capacity(taps.len()), 0_u64, 0);
    for tap in taps {
        let at = tap.layer as usize;
        let Some(layer) = architecture.layers().get(at) else {
            let count = architecture.layers().len();
            return fail(ErrorKind::OutOfRange, format!("layer {at} of {count}"));
        };
        let (example, needs) = match tap.point {
            TapPoint::Input => (&layer.input, at),
            TapPoint::PreActivation | TapPoint::Output => (&layer.output, at + 1),
        };
        let mut shape = vec![examples];
        shape.extend(example);
        kept = kept.saturating_add(elements(&shape)?);
        end = end.max(needs);
        results.push(shape);
    }
    let work = price::forward(examples as u64, architecture.operations_until(end), kept);
    Ok(Plan { work, results, bytes_out: 0 })
}
