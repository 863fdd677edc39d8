"""The competition's baseline: the mean square of the entries of the Jacobians of the logits with respect
to each layer's input.

Source, sign and scores: the README of the same measure in Rust, whose values are these bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from assay_sdk import (
    Dataset,
    Error,
    Measure,
    Network,
    Objective,
    Tap,
    Tensor,
    export_measure,
    total,
)

BATCH = 16
"""Examples of a batch, in the baseline's words; the value is a mean of the batches' means."""
BATCHES = 33
"""So many batches are looked at, or as many as there are."""
ELEMENTS_MAX = 1 << 25
"""Most elements that all tapped gradients of one call hold together: half of what a tensor may."""


@export_measure
class JacobianNorm(Measure):
    NAME = "jacobian-norm"
    AUTHORS = ["PGDL organizers"]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        examples = min(dataset.examples, BATCH * BATCHES)
        if examples == 0:
            raise Error("the task has no examples")
        elements = sum(prod(layer.input_shape) for layer in network.layers)
        step = min(max(ELEMENTS_MAX // max(elements, 1), 1), examples)
        squares: list[float] = []
        for start in range(0, examples, step):
            batch = dataset.batch(start, min(step, examples - start))
            squares += mean_squares(network, batch, dataset.classes)
        return mean_of_batches(squares)


def mean_squares(network: Network, batch: Tensor, classes: int) -> list[float]:
    """For each example the mean over layers of the mean square of the Jacobian's entries. The entries are
    found logit by logit, for all layers at once."""
    layers, examples = network.layers, len(batch)
    taps = [Tap.input(layer) for layer in range(len(layers))]
    sums = [0.0] * examples
    for of_class in range(classes):
        gradients = network.gradients(0, batch, Objective.logit([of_class] * examples), taps)
        for layer, gradient in zip(layers, gradients):
            shares = prod(layer.input_shape) * classes * len(layers)
            norms = gradient.l2_norm(axis=range(1, len(layer.input_shape) + 1)).to_list()
            sums = [before + norm * norm / shares for before, norm in zip(sums, norms)]
    return sums


def mean_of_batches(values: Sequence[float]) -> float:
    """The mean over batches of the mean over a batch's examples; the last batch may be shorter."""
    batches = [values[start : start + BATCH] for start in range(0, len(values), BATCH)]
    return total(total(batch) / len(batch) for batch in batches) / len(batches)
