//! Checks of calls that work along the last axis: orders, positions, quantiles.

use super::{
    Checked, Inventory, Plan, Rejected, elements, fail, indices, last_axis, tensor, window,
};
use crate::{Call, ErrorKind, price};

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    let find = |handle| tensor(inventory, handle);
    match call {
        Call::TensorCumulativeSum { tensor } => {
            let shape = find(*tensor)?;
            last_axis(shape)?;
            Ok(Plan::tensor(shape.to_vec(), Some(elements(shape)?)))
        }
        Call::TensorSort { tensor, .. } => {
            let shape = find(*tensor)?;
            let work = order(shape)?;
            Ok(Plan::tensor(shape.to_vec(), work))
        }
        Call::TensorArgSort { tensor, .. } => {
            let shape = find(*tensor)?;
            let work = order(shape)?;
            positions(elements(shape)?, work)
        }
        Call::TensorQuantile { tensor, q } => quantile(find(*tensor)?, *q),
        Call::TensorTopK { tensor, k } => top_k(find(*tensor)?, *k),
        Call::TensorPick { tensor, indices: list } => pick(find(*tensor)?, list),
        Call::TensorArgMax { tensor } | Call::TensorArgMin { tensor } => {
            let shape = find(*tensor)?;
            let count = elements(shape)?;
            let last = some_values(shape)?;
            positions(count / last as u64, price::elements(count, 1))
        }
        // Every call of this file has its arm above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

/// The price of sorting every row.
fn order(shape: &[usize]) -> Result<Option<u64>, Rejected> {
    Ok(price::order(elements(shape)?, last_axis(shape)? as u64))
}

/// A reply of so many positions.
fn positions(count: u64, work: Option<u64>) -> Checked {
    window(usize::try_from(count).unwrap_or(usize::MAX))?;
    Ok(Plan::reply(4 * count).with_work(work))
}

/// Length of the last axis, which must not be empty.
fn some_values(shape: &[usize]) -> Result<usize, Rejected> {
    match last_axis(shape)? {
        0 => fail(ErrorKind::ShapeMismatch, format!("no values to choose from in shape {shape:?}")),
        last => Ok(last),
    }
}

fn quantile(shape: &[usize], q: f32) -> Checked {
    if !(0.0..=1.0).contains(&q) {
        return fail(ErrorKind::InvalidArgument, format!("quantile {q} is not within 0 to 1"));
    }
    some_values(shape)?;
    let work = order(shape)?;
    Ok(Plan::tensor(shape[..shape.len() - 1].to_vec(), work))
}

fn top_k(shape: &[usize], k: u32) -> Checked {
    let last = last_axis(shape)?;
    if k as usize > last {
        let message = format!("{k} values of rows with {last}");
        return fail(ErrorKind::OutOfRange, message);
    }
    let mut result = shape.to_vec();
    result[shape.len() - 1] = k as usize;
    let count = elements(&result)?;
    window(count as usize)?;
    let work = order(shape)?;
    Ok(Plan::tensor(result, work).with_reply(4 * count))
}

fn pick(shape: &[usize], list: &[u32]) -> Checked {
    let last = last_axis(shape)?;
    let result = shape[..shape.len() - 1].to_vec();
    let rows = elements(&result)?;
    if rows != list.len() as u64 {
        let message = format!("{} indices for {rows} rows", list.len());
        return fail(ErrorKind::ShapeMismatch, message);
    }
    indices(list, last, "position")?;
    Ok(Plan::tensor(result, Some(rows)))
}
