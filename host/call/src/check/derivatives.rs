//! Checks of objectives, derivatives, linear parts, copies and training.

use assay_network::Architecture;

use super::networks::{Entry, find_layer, kept};
use super::{
    Checked, Inventory, Plan, Rejected, elements, fail, indices, room_for_network, tensor, window,
};
use crate::limits::STEPS_MAX;
use crate::{
    Call, Descent, ErrorKind, NetworkHandle, Objective, Pass, Tangent, TensorHandle, price,
};

/// Forward passes that a gradient with respect to activations costs.
const GRADIENT: u64 = 3;
/// Forward passes that a gradient with respect to parameters costs.
const PARAMETER_GRADIENT: u64 = 4;
/// Forward passes that a Jacobian-vector product costs.
const JACOBIAN: u64 = 4;
/// Forward passes that a Hessian-vector product costs.
const HESSIAN: u64 = 10;
/// Passes over the parameters in a step of descent.
const UPDATE: u64 = 4;

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    match call {
        Call::NetworkObjective { pass, objective } => {
            let entry = enter(pass, Some(objective), inventory)?;
            let work = price::forward(entry.examples as u64, entry.operations(), 0);
            Ok(Plan::tensor(vec![entry.examples], work))
        }
        Call::NetworkGradients { pass, objective, taps } => {
            let entry = enter(pass, Some(objective), inventory)?;
            let results = entry.taps(taps)?.0;
            derivative(GRADIENT, &entry, results, 0)
        }
        Call::NetworkParameterGradients { pass, objective } => {
            let entry = enter(pass, Some(objective), inventory)?;
            let results = parameter_shapes(entry.architecture);
            derivative(PARAMETER_GRADIENT, &entry, results, 0)
        }
        Call::NetworkJacobianVector { pass, tangent: along, taps } => {
            let entry = enter(pass, None, inventory)?;
            let extra = tangent(&entry, pass, along, inventory)?;
            let (results, end) = entry.taps(taps)?;
            let (examples, kept) = (entry.examples as u64, kept(&results)?);
            let work =
                price::derivative(JACOBIAN, examples, entry.operations_until(end), kept + extra);
            Ok(Plan { work, results, bytes_out: 0 })
        }
        Call::NetworkHessianVector { pass, objective, tangent: along } => {
            let entry = enter(pass, Some(objective), inventory)?;
            let extra = tangent(&entry, pass, along, inventory)?;
            let results = match along {
                Tangent::Batch(batch) => vec![tensor(inventory, *batch)?.to_vec()],
                Tangent::Parameters(_) => parameter_shapes(entry.architecture),
            };
            derivative(HESSIAN, &entry, results, extra)
        }
        Call::NetworkApplyLinear { network, layer, activation } => {
            linear(find(*network, inventory)?, *layer, *activation, false, inventory)
        }
        Call::NetworkApplyTranspose { network, layer, activation } => {
            linear(find(*network, inventory)?, *layer, *activation, true, inventory)
        }
        Call::NetworkWithParameters { network, replacements } => {
            with_parameters(find(*network, inventory)?, replacements, inventory)
        }
        Call::NetworkTrain { network, examples, labels, descent } => {
            train(find(*network, inventory)?, *examples, labels, descent, inventory)
        }
        // Every call of this file has its arm above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

fn find(network: NetworkHandle, inventory: &dyn Inventory) -> Result<&Architecture, Rejected> {
    Ok(inventory.network(network).ok_or(Rejected::UnknownHandle)?.0)
}

fn enter<'a>(
    pass: &Pass,
    objective: Option<&Objective>,
    inventory: &'a dyn Inventory,
) -> Result<Entry<'a>, Rejected> {
    let entry = Entry::new(find(pass.network, inventory)?, pass.layer, pass.batch, inventory)?;
    if let Some(objective) = objective {
        check_objective(&entry, objective, inventory)?;
    }
    Ok(entry)
}

/// Classes of a network whose output is a row of logits.
fn classes(architecture: &Architecture) -> Result<usize, Rejected> {
    match architecture.output() {
        [classes] => Ok(*classes),
        output => {
            let message = format!("the network's output {output:?} is not a row of logits");
            fail(ErrorKind::Unsupported, message)
        }
    }
}

fn check_objective(
    entry: &Entry<'_>,
    objective: &Objective,
    inventory: &dyn Inventory,
) -> Result<(), Rejected> {
    let classes = classes(entry.architecture)?;
    let count = |entries: usize| labels_fit(entries, entry.examples);
    match objective {
        Objective::Cotangent(handle)
        | Objective::SoftCrossEntropy(handle)
        | Objective::SquaredError(handle) => {
            let shape = tensor(inventory, *handle)?;
            if shape != [entry.examples, classes] {
                let message = format!(
                    "{} of shape {shape:?} for {} examples and {classes} classes",
                    objective.name(),
                    entry.examples
                );
                return fail(ErrorKind::ShapeMismatch, message);
            }
            Ok(())
        }
        Objective::CrossEntropy(list) | Objective::Logit(list) => {
            count(list.len())?;
            indices(list, classes, "class")
        }
        Objective::Margin(list) => {
            if classes < 2 {
                let message = "a margin needs two classes";
                return fail(ErrorKind::Unsupported, message);
            }
            count(list.len())?;
            indices(list, classes, "class")
        }
        Objective::LogitDifference(list) => {
            count(list.len())?;
            window(2 * list.len())?;
            let flat: Vec<u32> = list.iter().flat_map(|(a, b)| [*a, *b]).collect();
            indices(&flat, classes, "class")
        }
    }
}

fn labels_fit(labels: usize, examples: usize) -> Result<(), Rejected> {
    if labels == examples {
        return Ok(());
    }
    fail(ErrorKind::ShapeMismatch, format!("{labels} labels for {examples} examples"))
}

/// Checks a tangent and counts its elements.
fn tangent(
    entry: &Entry<'_>,
    pass: &Pass,
    tangent: &Tangent,
    inventory: &dyn Inventory,
) -> Result<u64, Rejected> {
    match tangent {
        Tangent::Batch(handle) => {
            let (shape, batch) = (tensor(inventory, *handle)?, tensor(inventory, pass.batch)?);
            if shape != batch {
                let message = format!("a tangent of shape {shape:?} for a batch of {batch:?}");
                return fail(ErrorKind::ShapeMismatch, message);
            }
            elements(shape)
        }
        Tangent::Parameters(handles) => {
            let parameters = entry.architecture.parameters();
            if handles.len() != parameters.len() {
                let (found, needed) = (handles.len(), parameters.len());
                let message = format!("{found} tangents for {needed} parameters");
                return fail(ErrorKind::InvalidArgument, message);
            }
            let mut count = 0;
            for (at, (handle, parameter)) in handles.iter().zip(parameters).enumerate() {
                let shape = tensor(inventory, *handle)?;
                parameter_fits(at, shape, &parameter.shape)?;
                count += elements(shape)?;
            }
            Ok(count)
        }
    }
}

fn parameter_fits(at: usize, found: &[usize], needed: &[usize]) -> Result<(), Rejected> {
    if found == needed {
        return Ok(());
    }
    let message = format!("a tensor of shape {found:?} for parameter {at} of {needed:?}");
    fail(ErrorKind::ShapeMismatch, message)
}

fn parameter_shapes(architecture: &Architecture) -> Vec<Vec<usize>> {
    architecture.parameters().iter().map(|parameter| parameter.shape.clone()).collect()
}

fn derivative(passes: u64, entry: &Entry<'_>, results: Vec<Vec<usize>>, extra: u64) -> Checked {
    let kept = kept(&results)?.saturating_add(extra);
    let work = price::derivative(passes, entry.examples as u64, entry.operations(), kept);
    Ok(Plan { work, results, bytes_out: 0 })
}

fn linear(
    architecture: &Architecture,
    at: u32,
    activation: TensorHandle,
    transposed: bool,
    inventory: &dyn Inventory,
) -> Checked {
    let layer = find_layer(architecture, at)?;
    if !layer.kind.is_linear() {
        let message = format!("layer {at} ({}) is not linear", layer.kind.name());
        return fail(ErrorKind::Unsupported, message);
    }
    let (from, to) =
        if transposed { (&layer.output, &layer.input) } else { (&layer.input, &layer.output) };
    let shape = tensor(inventory, activation)?;
    match shape.split_first() {
        Some((examples, example)) if example == from => {
            let mut result = vec![*examples];
            result.extend(to);
            let moved = elements(&result)?.saturating_add(elements(shape)?);
            let work = price::forward(*examples as u64, layer.operations, moved);
            Ok(Plan::tensor(result, work))
        }
        _ => {
            let message =
                format!("an activation of shape {shape:?}, it must be [examples, ..{from:?}]");
            fail(ErrorKind::ShapeMismatch, message)
        }
    }
}

fn with_parameters(
    architecture: &Architecture,
    replacements: &[(u32, TensorHandle)],
    inventory: &dyn Inventory,
) -> Checked {
    let parameters = architecture.parameters();
    let mut seen = vec![false; parameters.len()];
    let mut count = 0_u64;
    for (at, handle) in replacements {
        let Some(parameter) = parameters.get(*at as usize) else {
            let message = format!("parameter {at} of {}", parameters.len());
            return fail(ErrorKind::OutOfRange, message);
        };
        if std::mem::replace(&mut seen[*at as usize], true) {
            return fail(ErrorKind::InvalidArgument, format!("parameter {at} is given twice"));
        }
        let shape = tensor(inventory, *handle)?;
        parameter_fits(*at as usize, shape, &parameter.shape)?;
        count += elements(shape)?;
    }
    room_for_network(count, inventory)?;
    Ok(Plan::reply(0).with_work(price::elements(count, 2)))
}

fn train(
    architecture: &Architecture,
    examples: TensorHandle,
    labels: &[u32],
    descent: &Descent,
    inventory: &dyn Inventory,
) -> Checked {
    let entry = Entry::new(architecture, 0, examples, inventory)?;
    let classes = classes(architecture)?;
    labels_fit(labels.len(), entry.examples)?;
    indices(labels, classes, "class")?;
    let settings = [descent.learning_rate, descent.momentum, descent.weight_decay];
    if settings.iter().any(|setting| !setting.is_finite()) {
        let message = format!("settings of descent that are not finite: {settings:?}");
        return fail(ErrorKind::InvalidArgument, message);
    }
    if entry.examples == 0 || descent.batch_size == 0 {
        let message = format!("batches of {} from {} examples", descent.batch_size, entry.examples);
        return fail(ErrorKind::InvalidArgument, message);
    }
    if u64::from(descent.steps) > STEPS_MAX {
        let message = format!("{} steps in one call, at most {STEPS_MAX} may be", descent.steps);
        return fail(ErrorKind::TooLarge, message);
    }
    let parameters = architecture.parameter_count() as u64;
    room_for_network(parameters, inventory)?;
    let batch = u64::from(descent.batch_size);
    let step = price::elements(parameters, UPDATE).and_then(|update| {
        price::derivative(PARAMETER_GRADIENT, batch, entry.operations(), update)
    });
    let work = step.and_then(|step| step.checked_mul(u64::from(descent.steps)));
    Ok(Plan { work, results: Vec::new(), bytes_out: 0 })
}
