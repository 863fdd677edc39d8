//! The one place that validates calls: handles, shapes, ranges and sizes, and prices them.
//!
//! A call that passes has a [`Plan`]; whoever executes it may rely on everything checked here.

mod data;
mod derivatives;
mod images;
mod matrices;
mod networks;
mod order;
mod tensors;

use assay_network::Architecture;

use crate::limits::{
    AXES_MAX, ELEMENTS_MAX, LIVE_BYTES_MAX, LIVE_TENSORS_MAX, NETWORKS_MAX, WINDOW_MAX,
};
use crate::{Call, CallError, DatasetHandle, ErrorKind, NetworkHandle, TensorHandle, price};

/// What exists on the executing side: all that checking and pricing need.
pub trait Inventory {
    /// Shape of a tensor alive.
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]>;

    /// A network's layers and shapes, and whether it has initial weights.
    fn network(&self, network: NetworkHandle) -> Option<(&Architecture, bool)>;

    /// A dataset's number of examples, shape of an example, and number of examples of each class.
    fn dataset(&self, dataset: DatasetHandle) -> Option<(usize, &[usize], &[usize])>;

    /// What is alive.
    fn live(&self) -> Live;
}

/// What a unit keeps alive on the executing side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Live {
    /// Tensors.
    pub tensors: u64,
    /// Networks, the unit's own among them.
    pub networks: u64,
    /// Bytes of the tensors, and of the arrays that copies of the network do not share with it.
    pub bytes: u64,
}

/// What a checked call will cost and make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Work beyond the call's constant; nothing if it cannot even be counted.
    pub work: Option<u64>,
    /// Shapes of the tensors it makes.
    pub results: Vec<Vec<usize>>,
    /// Bytes that the reply moves to the guest.
    pub bytes_out: u64,
}

/// Why a call is not executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejected {
    /// A mistake of the guest: an error value.
    Error(CallError),
    /// A handle that does not exist: the guest's process cannot be trusted.
    UnknownHandle,
}

impl From<CallError> for Rejected {
    fn from(error: CallError) -> Self {
        Self::Error(error)
    }
}

type Checked = Result<Plan, Rejected>;

/// Checks a call against what exists, and prices it.
pub fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    let plan = match call {
        Call::NetworkObjective { .. }
        | Call::NetworkGradients { .. }
        | Call::NetworkParameterGradients { .. }
        | Call::NetworkJacobianVector { .. }
        | Call::NetworkHessianVector { .. }
        | Call::NetworkApplyLinear { .. }
        | Call::NetworkApplyTranspose { .. }
        | Call::NetworkWithParameters { .. }
        | Call::NetworkTrain { .. } => derivatives::check(call, inventory)?,
        Call::NetworkDrop { .. }
        | Call::NetworkInputShape { .. }
        | Call::NetworkLayers { .. }
        | Call::NetworkParameters { .. }
        | Call::NetworkParameter { .. }
        | Call::NetworkInitialParameter { .. }
        | Call::NetworkLogits { .. }
        | Call::NetworkLogitsFrom { .. }
        | Call::NetworkActivationsFrom { .. }
        | Call::NetworkActivations { .. } => networks::check(call, inventory)?,
        Call::DataExamples { .. }
        | Call::DataClasses { .. }
        | Call::DataShape { .. }
        | Call::DataStatistics { .. }
        | Call::DataLabels { .. }
        | Call::DataClassIndices { .. }
        | Call::DataBatch { .. }
        | Call::DataGather { .. } => data::check(call, inventory)?,
        Call::Image { images, op } => images::check(tensor(inventory, *images)?, op)?,
        Call::TensorPick { .. }
        | Call::TensorCumulativeSum { .. }
        | Call::TensorQuantile { .. }
        | Call::TensorSort { .. }
        | Call::TensorArgSort { .. }
        | Call::TensorTopK { .. }
        | Call::TensorArgMax { .. }
        | Call::TensorArgMin { .. } => order::check(call, inventory)?,
        Call::TensorMatmul { .. }
        | Call::TensorGram { .. }
        | Call::TensorSquaredDistances { .. }
        | Call::TensorCosineSimilarity { .. }
        | Call::TensorSingularValues { .. }
        | Call::TensorSvd { .. }
        | Call::TensorSymmetricEigen { .. }
        | Call::TensorSolve { .. } => matrices::check(call, inventory)?,
        Call::BudgetWorkLimit | Call::BudgetWorkLeft => Plan::reply(8),
        _ => tensors::check(call, inventory)?,
    };
    room(&plan.results, inventory)?;
    Ok(plan)
}

impl Plan {
    /// A plan that makes no tensor and replies with this many bytes.
    fn reply(bytes: u64) -> Self {
        Self { work: price::bytes(bytes), results: Vec::new(), bytes_out: bytes }
    }

    /// A plan that makes one tensor.
    fn tensor(shape: Vec<usize>, work: Option<u64>) -> Self {
        Self { work, results: vec![shape], bytes_out: 0 }
    }

    /// Adds bytes that the reply moves to the guest.
    fn with_reply(mut self, bytes: u64) -> Self {
        self.bytes_out = self.bytes_out.saturating_add(bytes);
        self.with_work(price::bytes(bytes))
    }

    /// Adds work to the plan.
    fn with_work(mut self, work: Option<u64>) -> Self {
        self.work = self.work.zip(work).and_then(|(a, b)| a.checked_add(b));
        self
    }
}

fn fail<T>(kind: ErrorKind, message: impl Into<String>) -> Result<T, Rejected> {
    Err(Rejected::Error(CallError::new(kind, message)))
}

/// Elements of a shape, if one tensor may have so many. Empty axes do not excuse the others: strides
/// and partial products of any accepted shape are bounded too.
fn elements(shape: &[usize]) -> Result<u64, Rejected> {
    let bound =
        shape.iter().try_fold(1_u64, |count, axis| count.checked_mul((*axis).max(1) as u64));
    match bound {
        Some(bound) if bound <= ELEMENTS_MAX => Ok(if shape.contains(&0) { 0 } else { bound }),
        _ => {
            let message = format!("a tensor of shape {shape:?} has over {ELEMENTS_MAX} elements");
            fail(ErrorKind::TooLarge, message)
        }
    }
}

/// A shape as the guest wrote it.
fn guest_shape(shape: &[u32]) -> Result<Vec<usize>, Rejected> {
    if shape.len() as u64 > AXES_MAX {
        return fail(
            ErrorKind::InvalidArgument,
            format!("{} axes, at most {AXES_MAX} are possible", shape.len()),
        );
    }
    let shape: Vec<usize> = shape.iter().map(|axis| *axis as usize).collect();
    elements(&shape)?;
    Ok(shape)
}

/// A list or window that crosses the border.
fn window(length: usize) -> Result<(), Rejected> {
    if length as u64 > WINDOW_MAX {
        return fail(
            ErrorKind::TooLarge,
            format!("{length} values at once, at most {WINDOW_MAX} may cross"),
        );
    }
    Ok(())
}

/// `length` positions from `start` of `of`.
fn range(start: u32, length: u32, of: usize, what: &str) -> Result<(), Rejected> {
    if u64::from(start) + u64::from(length) > of as u64 {
        let message = format!("{what} {start} to {start} + {length} of {of}");
        return fail(ErrorKind::OutOfRange, message);
    }
    Ok(())
}

/// Every index below `of`.
fn indices(list: &[u32], of: usize, what: &str) -> Result<(), Rejected> {
    window(list.len())?;
    if let Some(index) = list.iter().find(|index| **index as usize >= of) {
        return fail(ErrorKind::OutOfRange, format!("{what} {index} of {of}"));
    }
    Ok(())
}

/// Length of the last axis.
fn last_axis(shape: &[usize]) -> Result<usize, Rejected> {
    match shape.last() {
        Some(last) => Ok(*last),
        None => fail(ErrorKind::ShapeMismatch, "a scalar has no last axis"),
    }
}

fn tensor(inventory: &dyn Inventory, handle: TensorHandle) -> Result<&[usize], Rejected> {
    inventory.tensor(handle).ok_or(Rejected::UnknownHandle)
}

fn room(results: &[Vec<usize>], inventory: &dyn Inventory) -> Result<(), Rejected> {
    if results.is_empty() {
        return Ok(());
    }
    let mut live = inventory.live();
    for shape in results {
        live.tensors += 1;
        live.bytes = live.bytes.saturating_add(4 * elements(shape)?);
    }
    fits(live)
}

/// Room for one more network whose own arrays have so many elements.
fn room_for_network(elements: u64, inventory: &dyn Inventory) -> Result<(), Rejected> {
    let mut live = inventory.live();
    live.networks += 1;
    live.bytes = live.bytes.saturating_add(elements.saturating_mul(4));
    fits(live)
}

fn fits(live: Live) -> Result<(), Rejected> {
    let Live { tensors, networks, bytes } = live;
    let message = if tensors > LIVE_TENSORS_MAX || bytes > LIVE_BYTES_MAX {
        format!(
            "{tensors} tensors of {bytes} bytes would be alive, at most {LIVE_TENSORS_MAX} of {LIVE_BYTES_MAX} bytes may; drop some"
        )
    } else if networks > NETWORKS_MAX {
        format!("{networks} networks would be alive, at most {NETWORKS_MAX} may; drop some")
    } else {
        return Ok(());
    };
    fail(ErrorKind::TooLarge, message)
}
