//! Checks of the `tensors` interface.

use super::{
    Checked, Inventory, Plan, Rejected, elements, fail, guest_shape, indices, last_axis, range,
    tensor, window,
};
use crate::limits::{AXES_MAX, CONCAT_MAX};
use crate::price::{self, TRANSCENDENTAL, UNIFORM};
use crate::{Call, ErrorKind, ReduceOp, TensorHandle};

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    match call {
        Call::TensorFromList { shape, values } => from_list(shape, values.len()),
        Call::TensorShape { tensor: handle } => {
            Ok(Plan::reply(4 * tensor(inventory, *handle)?.len() as u64))
        }
        Call::TensorRead { tensor: handle, offset, length } => {
            let count = elements(tensor(inventory, *handle)?)? as usize;
            window(*length as usize)?;
            range(*offset, *length, count, "values")?;
            Ok(Plan::reply(4 * u64::from(*length)))
        }
        Call::TensorScalar { tensor: handle } => {
            let shape = tensor(inventory, *handle)?;
            if elements(shape)? != 1 {
                return fail(ErrorKind::ShapeMismatch, format!("shape {shape:?} is not one value"));
            }
            Ok(Plan::reply(4))
        }
        Call::TensorConcat { parts, axis } => concat(parts, *axis, inventory),
        Call::TensorStack { parts, axis } => stack(parts, *axis, inventory),
        Call::TensorChoose { mask, yes, no } => {
            let values = broadcast(tensor(inventory, *yes)?, tensor(inventory, *no)?)?;
            let shape = broadcast(tensor(inventory, *mask)?, &values)?;
            let work = price::elements(elements(&shape)?, 1);
            Ok(Plan::tensor(shape, work))
        }
        Call::TensorFull { .. }
        | Call::TensorOneHot { .. }
        | Call::TensorRandomNormal { .. }
        | Call::TensorRandomUniform { .. }
        | Call::TensorRandomPermutation { .. } => from_nothing(call),
        Call::TensorBinary { left, op, right } => {
            let shape = broadcast(tensor(inventory, *left)?, tensor(inventory, *right)?)?;
            same_shape(&shape, each(op.is_transcendental()))
        }
        Call::TensorBinaryScalar { left, op, .. } => {
            same_shape(tensor(inventory, *left)?, each(op.is_transcendental()))
        }
        Call::TensorUnary { tensor: handle, op } => {
            same_shape(tensor(inventory, *handle)?, each(op.is_transcendental()))
        }
        Call::TensorDrop { tensor: handle } => {
            tensor(inventory, *handle)?;
            Ok(Plan::reply(0))
        }
        _ => rearrange(call, inventory),
    }
}

/// Calls on one tensor that give a tensor of another shape, or positions.
fn rearrange(call: &Call, inventory: &dyn Inventory) -> Checked {
    match call {
        Call::TensorReshape { tensor: handle, shape } => {
            reshape(tensor(inventory, *handle)?, shape)
        }
        Call::TensorPermute { tensor: handle, axes } => permute(tensor(inventory, *handle)?, axes),
        Call::TensorSlice { tensor: handle, axis, start, length } => {
            slice(tensor(inventory, *handle)?, *axis, *start, *length)
        }
        Call::TensorGatherRows { tensor: handle, indices } => {
            gather(tensor(inventory, *handle)?, indices)
        }
        Call::TensorPad { tensor: handle, paddings, .. } => {
            pad(tensor(inventory, *handle)?, paddings)
        }
        Call::TensorReduce { tensor: handle, op, axes } => {
            reduce(tensor(inventory, *handle)?, *op, axes)
        }
        Call::TensorSoftmax { tensor: handle } | Call::TensorLogSoftmax { tensor: handle } => {
            let shape = tensor(inventory, *handle)?;
            last_axis(shape)?;
            same_shape(shape, TRANSCENDENTAL)
        }
        // Every call of this interface has its arm here or above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

/// Calls that make a tensor of no other.
fn from_nothing(call: &Call) -> Checked {
    let made = |shape: &[u32], each: u64| {
        let shape = guest_shape(shape)?;
        let work = price::elements(elements(&shape)?, each);
        Ok(Plan::tensor(shape, work))
    };
    match call {
        Call::TensorFull { shape, .. } => made(shape, 1),
        Call::TensorRandomNormal { shape, .. } => made(shape, TRANSCENDENTAL),
        Call::TensorRandomUniform { shape, .. } => made(shape, UNIFORM),
        Call::TensorRandomPermutation { length, .. } => {
            window(*length as usize)?;
            let length = u64::from(*length);
            Ok(Plan::reply(4 * length).with_work(price::elements(length, UNIFORM)))
        }
        Call::TensorOneHot { indices: list, classes } => {
            indices(list, *classes as usize, "class")?;
            let shape = vec![list.len(), *classes as usize];
            let work = elements(&shape)?;
            Ok(Plan::tensor(shape, Some(work)))
        }
        _ => Err(Rejected::UnknownHandle),
    }
}

fn each(is_transcendental: bool) -> u64 {
    if is_transcendental { TRANSCENDENTAL } else { 1 }
}

fn same_shape(shape: &[usize], each: u64) -> Checked {
    Ok(Plan::tensor(shape.to_vec(), price::elements(elements(shape)?, each)))
}

fn from_list(shape: &[u32], count: usize) -> Checked {
    window(count)?;
    let shape = guest_shape(shape)?;
    let needed = elements(&shape)?;
    if needed != count as u64 {
        let message = format!("{count} values for shape {shape:?}, which has {needed}");
        return fail(ErrorKind::ShapeMismatch, message);
    }
    Ok(Plan::tensor(shape, Some(needed)))
}

fn reshape(from: &[usize], to: &[u32]) -> Checked {
    let to = guest_shape(to)?;
    let count = elements(from)?;
    if elements(&to)? != count {
        let message = format!("shape {from:?} cannot become {to:?}: they differ in elements");
        return fail(ErrorKind::ShapeMismatch, message);
    }
    Ok(Plan::tensor(to, Some(count)))
}

fn permute(shape: &[usize], axes: &[u32]) -> Checked {
    let mut seen = vec![false; shape.len()];
    let is_permutation = axes.len() == shape.len()
        && axes.iter().all(|axis| {
            seen.get_mut(*axis as usize).is_some_and(|seen| !std::mem::replace(seen, true))
        });
    if !is_permutation {
        let message = format!("axes {axes:?} are no permutation of the {} axes", shape.len());
        return fail(ErrorKind::InvalidArgument, message);
    }
    let result = axes.iter().map(|axis| shape[*axis as usize]).collect();
    Ok(Plan::tensor(result, Some(elements(shape)?)))
}

fn axis_of(shape: &[usize], axis: u32) -> Result<usize, Rejected> {
    if (axis as usize) < shape.len() {
        return Ok(axis as usize);
    }
    fail(ErrorKind::OutOfRange, format!("axis {axis} of a tensor with {} axes", shape.len()))
}

fn slice(shape: &[usize], axis: u32, start: u32, length: u32) -> Checked {
    let axis = axis_of(shape, axis)?;
    range(start, length, shape[axis], "positions")?;
    let mut result = shape.to_vec();
    result[axis] = length as usize;
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}

fn gather(shape: &[usize], list: &[u32]) -> Checked {
    let Some(rows) = shape.first() else {
        return fail(ErrorKind::ShapeMismatch, "a scalar has no rows");
    };
    indices(list, *rows, "row")?;
    let mut result = shape.to_vec();
    result[0] = list.len();
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}

/// The shape of the first of some tensors that are put together, and the others.
fn first_of<'a>(
    parts: &'a [TensorHandle],
    inventory: &dyn Inventory,
) -> Result<(Vec<usize>, &'a [TensorHandle]), Rejected> {
    if parts.len() as u64 > CONCAT_MAX {
        let message = format!("{} tensors, at most {CONCAT_MAX} at once", parts.len());
        return fail(ErrorKind::TooLarge, message);
    }
    match parts.split_first() {
        Some((first, rest)) => Ok((tensor(inventory, *first)?.to_vec(), rest)),
        None => fail(ErrorKind::InvalidArgument, "no tensor to put together"),
    }
}

fn concat(parts: &[TensorHandle], axis: u32, inventory: &dyn Inventory) -> Checked {
    let (mut result, rest) = first_of(parts, inventory)?;
    let axis = axis_of(&result, axis)?;
    for part in rest {
        let shape = tensor(inventory, *part)?;
        let fits = shape.len() == result.len()
            && shape.iter().zip(&result).enumerate().all(|(at, (a, b))| at == axis || a == b);
        if !fits {
            let message = format!("shape {shape:?} does not continue {result:?} along axis {axis}");
            return fail(ErrorKind::ShapeMismatch, message);
        }
        // Each length is bounded by the elements of a tensor, and there are few parts.
        result[axis] += shape[axis];
    }
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}

fn stack(parts: &[TensorHandle], axis: u32, inventory: &dyn Inventory) -> Checked {
    let (mut result, rest) = first_of(parts, inventory)?;
    for part in rest {
        let shape = tensor(inventory, *part)?;
        if shape != result {
            let message = format!("shapes {result:?} and {shape:?} cannot be stacked");
            return fail(ErrorKind::ShapeMismatch, message);
        }
    }
    if axis as usize > result.len() {
        let message = format!("axis {axis} of a result with {} axes", result.len() + 1);
        return fail(ErrorKind::OutOfRange, message);
    }
    if result.len() as u64 >= AXES_MAX {
        let message = format!("{} axes, at most {AXES_MAX} are possible", result.len() + 1);
        return fail(ErrorKind::InvalidArgument, message);
    }
    result.insert(axis as usize, parts.len());
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}

fn pad(shape: &[usize], paddings: &[[u32; 2]]) -> Checked {
    if paddings.len() != shape.len() {
        let message = format!("{} paddings for {} axes", paddings.len(), shape.len());
        return fail(ErrorKind::ShapeMismatch, message);
    }
    let padded =
        |(axis, [before, after]): (&usize, &[u32; 2])| axis + *before as usize + *after as usize;
    let result: Vec<usize> = shape.iter().zip(paddings).map(padded).collect();
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}

fn broadcast(left: &[usize], right: &[usize]) -> Result<Vec<usize>, Rejected> {
    let axes = left.len().max(right.len());
    let at = |shape: &[usize], axis: usize| {
        (axis + shape.len()).checked_sub(axes).map_or(1, |own| shape[own])
    };
    let mut result = Vec::with_capacity(axes);
    for axis in 0..axes {
        let (a, b) = (at(left, axis), at(right, axis));
        if a != b && a != 1 && b != 1 {
            let message = format!("shapes {left:?} and {right:?} do not broadcast");
            return fail(ErrorKind::ShapeMismatch, message);
        }
        result.push(if a == 1 { b } else { a });
    }
    Ok(result)
}

fn reduce(shape: &[usize], op: ReduceOp, axes: &[u32]) -> Checked {
    let mut gone = vec![axes.is_empty(); shape.len()];
    for axis in axes {
        let at = axis_of(shape, *axis)?;
        if std::mem::replace(&mut gone[at], true) {
            return fail(ErrorKind::InvalidArgument, format!("axis {axis} is given twice"));
        }
    }
    let pick = |keep: bool| {
        shape.iter().zip(&gone).filter(move |(_, gone)| **gone != keep).map(|(axis, _)| *axis)
    };
    let empty = pick(false).any(|axis| axis == 0);
    let result: Vec<usize> = pick(true).collect();
    let from_nothing = matches!(op, ReduceOp::Sum | ReduceOp::L1Norm | ReduceOp::L2Norm);
    if empty && !from_nothing {
        let message = format!("{} of nothing: shape {shape:?}, axes {axes:?}", op.name());
        return fail(ErrorKind::ShapeMismatch, message);
    }
    let each = if op == ReduceOp::Variance { 2 } else { 1 };
    let work = price::elements(elements(shape)?.max(elements(&result)?), each);
    Ok(Plan::tensor(result, work))
}
