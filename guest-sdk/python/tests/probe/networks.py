"""The network and the data. Written for the task that ships: pictures, convolutions first."""

from __future__ import annotations

from itertools import islice
from math import prod

from assay_sdk import (
    Activation,
    Dataset,
    Descent,
    Layer,
    LayerKind,
    Network,
    Objective,
    OutOfRange,
    ParameterRole,
    Tangent,
    Tap,
    TapPoint,
    Tensor,
)
from checks import Checks


def data(checks: Checks, dataset: Dataset) -> None:
    examples, labels = dataset.examples, dataset.labels()
    checks.same("labels", len(labels), examples)
    checks.same("some labels", dataset.labels(3, 7), labels[3:7])
    checks.same("no labels", dataset.labels(3, 3), [])
    checks.holds("classes", 0 <= min(labels) and max(labels) < dataset.classes)
    members = dataset.class_indices(1)
    checks.same("class_indices", members, [at for at, label in enumerate(labels) if label == 1])
    checks.same("batch", dataset.batch(2, 3).shape, (3, *dataset.shape))
    same = dataset.gather([4, 2]) == dataset.batch(2, 3)[[2, 0]]
    checks.holds("gather", bool(same.min()))
    statistics = dataset.statistics
    checks.holds("statistics", statistics.minimum <= statistics.mean <= statistics.maximum)
    two = list(islice(dataset.batches(7), 2))
    checks.same(
        "batches", [(one.start, one.labels) for one in two], [(0, labels[:7]), (7, labels[7:14])]
    )
    checks.same("their inputs", two[1].inputs.shape, (7, *dataset.shape))
    checks.refused("labels past the end", lambda: dataset.labels(examples, examples + 1), OutOfRange)


def structure(checks: Checks, network: Network, dataset: Dataset) -> None:
    layers, parameters = network.layers, network.parameters
    checks.same("input_shape", network.input_shape, dataset.shape)
    checks.holds("layers", len(layers) > 1 and all(isinstance(layer, Layer) for layer in layers))
    checks.same("what enters the first", tuple(layers[0].input_shape), network.input_shape)
    checks.same("what leaves the last", layers[-1].output_shape, [dataset.classes])
    checks.same("the last layer", layers[-1].kind, LayerKind.DENSE)
    checks.holds("activations", all(layer.activation in Activation for layer in layers))
    windows = [layer.window for layer in layers if layer.kind is LayerKind.CONV2D]
    checks.holds("windows", windows != [] and all(len(window.size) == 2 for window in windows))
    counted = sum(layer.parameter_count for layer in layers)
    checks.same("parameters", [one.index for one in parameters], list(range(counted)))
    checks.same("the first's role", parameters[0].role, ParameterRole.KERNEL)
    for parameter in parameters[:2]:
        checks.same("shape of a value", parameter.value().shape, parameter.shape)
        checks.same("shape of an initial value", parameter.initial().shape, parameter.shape)
    checks.same("a tap", (Tap.input(3).layer, Tap.input(3).point), (3, TapPoint.INPUT))


def passes(checks: Checks, network: Network, dataset: Dataset) -> None:
    batch, last = dataset.batch(0, 4), len(network.layers) - 1
    logits = network.logits(batch)
    checks.same("logits", logits.shape, (4, dataset.classes))
    taps = [Tap.pre_activation(0), Tap.output(0), Tap.input(last), Tap.output(last)]
    before, after, entering, leaving = network.activations(batch, taps)
    checks.same("an activation", after.shape, (4, *network.layers[0].output_shape))
    checks.same("before it", before.shape, after.shape)
    checks.same("the last output", leaving.to_list(), logits.to_list())
    checks.same("logits_from", network.logits_from(last, entering).to_list(), logits.to_list())
    [again] = network.activations_from(last, entering, [Tap.output(last)])
    checks.same("activations_from", again.to_list(), logits.to_list())
    with_bias = network.apply_linear(last, entering) + network.parameters[-1].value()
    checks.close("apply_linear", with_bias.reshape(-1).to_list(), logits.reshape(-1).to_list())
    back = network.apply_transpose(last, logits)
    checks.close(
        "apply_transpose",
        [(back * entering).sum()],
        [(network.apply_linear(last, entering) * logits).sum()],
    )


def derivatives(checks: Checks, network: Network, dataset: Dataset) -> None:
    batch, labels = dataset.batch(0, 3), dataset.labels(0, 3)
    logits, classes = network.logits(batch), dataset.classes
    others = [(label + 1) % classes for label in labels]
    hot = Tensor.one_hot(labels, classes)
    loss = -logits.log_softmax().pick(labels)
    best = (logits - hot * 1e9).max(axis=1)
    for what, objective, expected in [
        ("cotangent", Objective.cotangent(hot), logits.pick(labels)),
        ("cross_entropy", Objective.cross_entropy(labels), loss),
        ("soft_cross_entropy", Objective.soft_cross_entropy(hot), loss),
        ("squared_error", Objective.squared_error(hot), (logits - hot).square().sum(axis=1) * 0.5),
        ("logit", Objective.logit(labels), logits.pick(labels)),
        (
            "logit_difference",
            Objective.logit_difference(list(zip(labels, others))),
            logits.pick(labels) - logits.pick(others),
        ),
        ("margin", Objective.margin(labels), logits.pick(labels) - best),
    ]:
        got = network.objective(0, batch, objective)
        checks.same(f"shape of {what}", got.shape, (3,))
        checks.close(what, got.to_list(), expected.to_list())
    loss = Objective.cross_entropy(labels)
    [gradient] = network.gradients(0, batch, loss, [Tap.input(0)])
    checks.same("gradients", gradient.shape, batch.shape)
    weights = network.parameter_gradients(0, batch, loss)
    checks.same(
        "parameter_gradients",
        [one.shape for one in weights],
        [one.shape for one in network.parameters],
    )
    last = len(network.layers) - 1
    [along] = network.jacobian_vector(0, batch, Tangent.batch(batch), [Tap.output(last)])
    checks.same("jacobian_vector", along.shape, logits.shape)
    [pulled] = network.gradients(0, batch, Objective.cotangent(hot), [Tap.input(0)])
    checks.close("it and its transpose", [(along * hot).sum()], [(pulled * batch).sum()])
    curved = network.hessian_vector(0, batch, loss, Tangent.parameters(weights))
    checks.same("hessian_vector", [one.shape for one in curved], [one.shape for one in weights])
    [curved] = network.hessian_vector(0, batch, loss, Tangent.batch(batch))
    checks.same("of the batch", curved.shape, batch.shape)


def copies(checks: Checks, network: Network, dataset: Dataset) -> None:
    batch, labels = dataset.batch(0, 10), dataset.labels(0, 10)
    bias = network.parameters[-1]
    moved = network.with_parameters({bias.index: bias.value() + 1})
    difference = moved.logits(batch) - network.logits(batch)
    checks.close("with_parameters", difference.reshape(-1).to_list(), [1.0] * prod(difference.shape))
    checks.same("a copy's parameters", len(moved.parameters), len(network.parameters))
    descent = Descent(0.01, batch_size=5, steps=4, momentum=0.9)
    trained = network.train(batch, labels, descent)
    change = trained.parameters[0].value() - network.parameters[0].value()
    checks.holds("train", 0 < change.l2_norm() < 100)
