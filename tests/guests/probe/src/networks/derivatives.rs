//! Derivatives of whole passes: against differences, against each other, and, for a dense layer at the
//! end, against its matrices.

use assay_sdk::{
    Activation, Dataset, Error, LayerKind, Network, Objective, ParameterRole, Tangent, Tap, Tensor,
    random,
};

use super::EXAMPLES;
use crate::check::{Checks, kind};

/// Room between two ways to add up products of 32-bit floats through a whole network, as a share of
/// the sum of their absolute values.
const CLOSE: f64 = 1e-4;

/// The objective falls along its gradient as fast as the gradient says.
pub(crate) fn slopes(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    seed: u64,
) -> Result<(), Error> {
    let examples = EXAMPLES.min(dataset.examples());
    let (batch, labels) = (dataset.batch(0, examples)?, dataset.labels(0..examples)?);
    // Even areas of pictures make many equal maxima; at such a point differences have no one slope.
    let noise = random::normal(seed, 8, &batch.shape()) * (0.1 * dataset.statistics().deviation);
    let batch = batch + noise;
    // Linear in the logits: a loss near 0 has no slope that differences could show.
    let objective = Objective::Logit(&labels);
    let gradient = network.gradients(0, &batch, objective, &[Tap::input(0)])?.remove(0);
    checks.same("shape of a gradient", gradient.shape(), batch.shape())?;
    let axes: Vec<u32> = (1..batch.shape().len() as u32).collect();
    let lengths = gradient.l2_norm_axes(&axes).to_vec();
    for (at, length) in (0..examples).zip(lengths) {
        let (image, slope) = (batch.slice(0, at..at + 1), gradient.slice(0, at..at + 1));
        let label = &labels[at as usize..=at as usize];
        let alone = network.gradients(0, &image, Objective::Logit(label), &[Tap::input(0)])?;
        checks.same("the gradient of an example alone", alone[0].to_vec(), slope.to_vec())?;
        if length == 0.0 {
            continue;
        }
        // Small enough to cross few kinks, large beside rounding.
        let step = 1e-4 * image.l2_norm().max(1.0);
        let direction = slope * (step / length);
        let value = |image: &Tensor| -> Result<f32, Error> {
            Ok(network.objective(0, image, Objective::Logit(label))?.scalar())
        };
        let (ahead, behind) = (value(&(&image + &direction))?, value(&(&image - &direction))?);
        let measured = (ahead - behind) / (2.0 * step);
        // Some kinks lie between; a wrong sign, transpose or factor shows.
        let close = (measured - length).abs() <= 0.1 * length + 2e-6 * ahead.abs() / step;
        checks.that("the slope along the gradient", close)?;
    }
    Ok(())
}

/// Products with the Jacobian and the Hessian agree from either side, for the batch and for the
/// parameters.
pub(crate) fn dualities(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    seed: u64,
) -> Result<(), Error> {
    let examples = EXAMPLES.min(dataset.examples());
    let batch = dataset.batch(0, examples)?;
    let end = [Tap::output(network.layers().len() as u32 - 1)];
    let numbers = [random::normal(seed, 0, &[examples, dataset.classes()])];
    let objective = Objective::Cotangent(&numbers[0]);
    let [one, two] = [1, 2].map(|stream| [random::normal(seed, stream, &batch.shape())]);
    let (along_one, along_two) = (Tangent::Batch(&one[0]), Tangent::Batch(&two[0]));
    let gradient = network.gradients(0, &batch, objective, &[Tap::input(0)])?;
    let changes = network.jacobian_vector(0, &batch, along_one, &end)?;
    equal(checks, "Jacobian of the batch", (&gradient, &one), (&numbers, &changes))?;
    // Not the cross-entropy: where a network is sure, its curvature is lost in rounding.
    let loss = Objective::SquaredError(&numbers[0]);
    let [curved_one, curved_two] =
        [along_one, along_two].map(|along| network.hessian_vector(0, &batch, loss, along));
    let (curved_one, curved_two) = (curved_one?, curved_two?);
    equal(checks, "Hessian of the batch", (&curved_one, &two), (&curved_two, &one))?;
    let other_changes = network.jacobian_vector(0, &batch, along_two, &end)?;
    if piecewise_linear(network) {
        // Then the logits have no curvature of their own.
        equal(checks, "curvature", (&curved_one, &two), (&changes, &other_changes))?;
    }
    let [one, two] = [3, 1003].map(|stream| drawn(network, seed, stream));
    let (along_one, along_two) = (Tangent::Parameters(&one), Tangent::Parameters(&two));
    let gradients = network.parameter_gradients(0, &batch, objective)?;
    let changes = network.jacobian_vector(0, &batch, along_one, &end)?;
    equal(checks, "Jacobian of the parameters", (&gradients, &one), (&numbers, &changes))?;
    let curved_one = network.hessian_vector(0, &batch, loss, along_one)?;
    let curved_two = network.hessian_vector(0, &batch, loss, along_two)?;
    equal(checks, "Hessian of the parameters", (&curved_one, &two), (&curved_two, &one))?;
    for (parameter, gradient) in network.parameters().zip(&gradients) {
        checks.same("shape of a parameter's gradient", gradient.shape(), parameter.shape)?;
        let fixed = [ParameterRole::MovingMean, ParameterRole::MovingVariance];
        let still = !fixed.contains(&parameter.role) || gradient.abs().max() == 0.0;
        checks.that("moving statistics count as constants", still)?;
    }
    Ok(())
}

/// Random changes of all parameters.
fn drawn(network: &Network<'_>, seed: u64, stream: u64) -> Vec<Tensor> {
    let parameters = network.parameters();
    parameters
        .map(|one| random::normal(seed, stream + u64::from(one.index()), &one.shape))
        .collect()
}

fn piecewise_linear(network: &Network<'_>) -> bool {
    let straight =
        [Activation::Linear, Activation::Relu, Activation::Relu6, Activation::HardSigmoid];
    network.layers().iter().all(|layer| straight.contains(&layer.activation))
}

/// Passes if two inner products are equal, as far as 32-bit floats can tell.
fn equal(
    checks: &mut Checks,
    what: &str,
    (a, b): (&[Tensor], &[Tensor]),
    (c, d): (&[Tensor], &[Tensor]),
) -> Result<(), Error> {
    checks.same("as many tensors on both sides", (a.len(), c.len()), (b.len(), d.len()))?;
    let product = |left: &[Tensor], right: &[Tensor]| {
        let products = || left.iter().zip(right).map(|(left, right)| left * right);
        let sum: f64 = products().map(|product| f64::from(product.sum())).sum();
        let size: f64 = products().map(|product| f64::from(product.l1_norm())).sum();
        (sum, size)
    };
    let ((one, size), (other, other_size)) = (product(a, b), product(c, d));
    let room = CLOSE * size.max(other_size);
    if (one - other).abs() <= room {
        return checks.that(what, true);
    }
    Err(format!("check failed: {what}: {one} and {other}, more than {room} apart").into())
}

/// A linear dense layer at the end, entered alone: all derivatives are products with its matrix.
pub(crate) fn last_layer(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
    seed: u64,
) -> Result<(), Error> {
    let layers = network.layers();
    let at = layers.len() as u32 - 1;
    let last = &layers[at as usize];
    let examples = EXAMPLES.min(dataset.examples());
    let is_plain = last.kind == LayerKind::Dense
        && last.activation == Activation::Linear
        && last.input_shape.len() == 1
        && last.parameter_count == 2;
    if !is_plain {
        return Ok(());
    }
    let x = random::normal(seed, 4, &[examples, last.input_shape[0]]);
    let [kernel, bias] = [0, 1].map(|next| last.first_parameter + next);
    let weights: Vec<Tensor> = network.parameters().map(|one| one.value()).collect();
    let (matrix, offset) = (&weights[kernel as usize], &weights[bias as usize]);
    let target = random::normal(seed, 5, &[examples, dataset.classes()]);
    let error = Objective::SquaredError(&target);
    let residue = x.matmul(matrix) + offset - &target;
    let gradient = network.gradients(at, &x, error, &[Tap::input(at)])?.remove(0);
    close(checks, "gradient of a dense layer", &gradient, &residue.matmul(&matrix.transpose()))?;
    let own = |gradients: &[Tensor], change: &Tensor, checks: &mut Checks| {
        let (mut kernels, mut others) = (0, 0);
        for (index, gradient) in (0..).zip(gradients) {
            if index == kernel {
                close(checks, "of the kernel", gradient, &x.transpose().matmul(change))?;
                kernels += 1;
            } else if index == bias {
                close(checks, "of the bias", gradient, &change.sum_axes(&[0]))?;
                kernels += 1;
            } else {
                checks.same("layers before the entry", gradient.abs().max(), 0.0)?;
                others += 1;
            }
        }
        checks.same("all parameters answered", (kernels, others), (2, weights.len() - 2))
    };
    own(&network.parameter_gradients(at, &x, error)?, &residue, checks)?;
    let end = [Tap::output(at)];
    let step = random::normal(seed, 6, &x.shape());
    let along = Tangent::Batch(&step);
    let moved = step.matmul(matrix);
    let found = network.jacobian_vector(at, &x, along, &end)?.remove(0);
    close(checks, "along a change of the batch", &found, &moved)?;
    let found = network.hessian_vector(at, &x, error, along)?;
    checks.same("one tensor for the batch", found.len(), 1)?;
    close(checks, "curvature of a dense layer", &found[0], &moved.matmul(&matrix.transpose()))?;
    // Small inputs, so that no class takes all of the softmax.
    let labels = dataset.labels(0..examples)?;
    let small = &x * 0.1;
    let shares = (small.matmul(matrix) + offset).softmax();
    let first = &shares * &moved;
    let change = &first - &shares * first.sum_axes(&[1]).insert_axis(1);
    let found = network.hessian_vector(at, &small, Objective::CrossEntropy(&labels), along)?;
    let expected = change.matmul(&matrix.transpose());
    close(checks, "curvature of the cross-entropy", &found[0], &expected)?;
    let steps = drawn(network, seed, 2003);
    let along = Tangent::Parameters(&steps);
    let moved = x.matmul(&steps[kernel as usize]) + &steps[bias as usize];
    let found = network.jacobian_vector(at, &x, along, &end)?.remove(0);
    close(checks, "along a change of the parameters", &found, &moved)?;
    own(&network.hessian_vector(at, &x, error, along)?, &moved, checks)
}

/// What derivatives refuse.
pub(crate) fn refusals(
    checks: &mut Checks,
    network: &Network<'_>,
    dataset: &Dataset<'_>,
) -> Result<(), Error> {
    let (batch, labels) = (dataset.batch(0, 1)?, dataset.labels(0..1)?);
    let end = [Tap::output(network.layers().len() as u32 - 1)];
    let weights: Vec<Tensor> = network.parameters().map(|one| one.value()).collect();
    let loss = Objective::CrossEntropy(&labels);
    let narrow = batch.flatten_rows().slice(1, 0..1);
    let along = |tangent, taps: &[Tap]| network.jacobian_vector(0, &batch, tangent, taps);
    let refused = along(Tangent::Batch(&narrow), &end);
    checks.refused("a tangent of another shape", refused, kind::SHAPE)?;
    let refused = along(Tangent::Parameters(&weights[1..]), &end);
    checks.refused("a tangent too few", refused, kind::ARGUMENT)?;
    checks.refused("along at no tap", along(Tangent::Batch(&batch), &[]), kind::ARGUMENT)?;
    let refused = network.hessian_vector(0, &batch, loss, Tangent::Parameters(&weights[1..]));
    checks.refused("a tangent of the Hessian too few", refused, kind::ARGUMENT)?;
    let refused = network.parameter_gradients(0, &narrow, loss);
    checks.refused("gradients of another shape", refused, kind::SHAPE)
}

/// Passes if two tensors are equal, as far as sums of 32-bit products can tell.
pub(super) fn close(
    checks: &mut Checks,
    what: &str,
    found: &Tensor,
    expected: &Tensor,
) -> Result<(), Error> {
    let room = CLOSE as f32 * expected.abs().max().max(1.0);
    checks.tensor_within(what, found, &expected.shape(), &expected.to_vec(), room)
}
