//! Checks of the `tensors` interface.

use super::{
    Checked, Inventory, Plan, Rejected, elements, fail, guest_shape, indices, range, tensor, window,
};
use crate::limits::CONCAT_MAX;
use crate::price::{self, TRANSCENDENTAL};
use crate::{Call, ErrorKind, ReduceOp, TensorHandle, UnaryOp};

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
        Call::TensorBinary { left, right, .. } => {
            let shape = broadcast(tensor(inventory, *left)?, tensor(inventory, *right)?)?;
            let work = price::elements(elements(&shape)?, 1);
            Ok(Plan::tensor(shape, work))
        }
        Call::TensorBinaryScalar { left, .. } => same_shape(tensor(inventory, *left)?, 1),
        Call::TensorUnary { tensor: handle, op } => {
            let each = match op {
                UnaryOp::Exp | UnaryOp::Log | UnaryOp::Tanh | UnaryOp::Sigmoid => TRANSCENDENTAL,
                _ => 1,
            };
            same_shape(tensor(inventory, *handle)?, each)
        }
        Call::TensorMatmul { left, right } => {
            matmul(tensor(inventory, *left)?, tensor(inventory, *right)?)
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
        Call::TensorReduce { tensor: handle, op, axes } => {
            reduce(tensor(inventory, *handle)?, *op, axes)
        }
        Call::TensorArgMax { tensor: handle } => {
            let shape = tensor(inventory, *handle)?;
            let count = elements(shape)?;
            let last = last_axis(shape)?;
            if last == 0 {
                return fail(
                    ErrorKind::ShapeMismatch,
                    format!("no values to choose from in shape {shape:?}"),
                );
            }
            let rows = count / last as u64;
            window(rows as usize)?;
            Ok(Plan::reply(4 * rows).with_work(price::elements(count, 1)))
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

fn same_shape(shape: &[usize], each: u64) -> Checked {
    Ok(Plan::tensor(shape.to_vec(), price::elements(elements(shape)?, each)))
}

fn last_axis(shape: &[usize]) -> Result<usize, Rejected> {
    match shape.last() {
        Some(last) => Ok(*last),
        None => fail(ErrorKind::ShapeMismatch, "a scalar has no last axis"),
    }
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

fn concat(parts: &[TensorHandle], axis: u32, inventory: &dyn Inventory) -> Checked {
    if parts.len() as u64 > CONCAT_MAX {
        return fail(
            ErrorKind::TooLarge,
            format!("{} tensors, at most {CONCAT_MAX} at once", parts.len()),
        );
    }
    let Some((first, rest)) = parts.split_first() else {
        return fail(ErrorKind::InvalidArgument, "no tensor to put together");
    };
    let mut result = tensor(inventory, *first)?.to_vec();
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

fn matmul(left: &[usize], right: &[usize]) -> Checked {
    match (left, right) {
        ([m, k], [inner, n]) if k == inner => {
            let work = price::matmul(*m as u64, *k as u64, *n as u64);
            Ok(Plan::tensor(vec![*m, *n], work))
        }
        _ => {
            let message = format!("shapes {left:?} and {right:?} are no matrix product");
            fail(ErrorKind::ShapeMismatch, message)
        }
    }
}
