//! Checks of the `data` interface.

use super::{Checked, Inventory, Plan, Rejected, elements, fail, indices, range, window};
use crate::{Call, DatasetHandle, ErrorKind};

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    let find = |handle: DatasetHandle| inventory.dataset(handle).ok_or(Rejected::UnknownHandle);
    match call {
        Call::DataExamples { dataset } | Call::DataClasses { dataset } => {
            find(*dataset)?;
            Ok(Plan::reply(4))
        }
        Call::DataShape { dataset } => Ok(Plan::reply(4 * find(*dataset)?.1.len() as u64)),
        Call::DataStatistics { dataset } => {
            find(*dataset)?;
            Ok(Plan::reply(16))
        }
        Call::DataLabels { dataset, start, length } => {
            window(*length as usize)?;
            range(*start, *length, find(*dataset)?.0, "examples")?;
            Ok(Plan::reply(4 * u64::from(*length)))
        }
        Call::DataClassIndices { dataset, class } => {
            let (examples, _, classes) = find(*dataset)?;
            let Some(members) = classes.get(*class as usize) else {
                return fail(ErrorKind::OutOfRange, format!("class {class} of {}", classes.len()));
            };
            window(*members)?;
            Ok(Plan::reply(4 * *members as u64).with_work(Some(examples as u64)))
        }
        Call::DataBatch { dataset, start, length } => {
            let (examples, shape, _) = find(*dataset)?;
            range(*start, *length, examples, "examples")?;
            batch(*length as usize, shape)
        }
        Call::DataGather { dataset, indices: list } => {
            let (examples, shape, _) = find(*dataset)?;
            indices(list, examples, "example")?;
            batch(list.len(), shape)
        }
        // Every call of this interface has its arm above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

fn batch(examples: usize, shape: &[usize]) -> Checked {
    let mut result = vec![examples];
    result.extend(shape);
    let work = elements(&result)?;
    Ok(Plan::tensor(result, Some(work)))
}
