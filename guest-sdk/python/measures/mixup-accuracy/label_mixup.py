"""Which examples are mixed with which, and how often they keep their label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import prod

from assay_sdk import Dataset, Error, Network, Tensor, total

EXAMPLES_PER_CLASS = 10
"""Batches hold this many examples per class of the task."""
BATCHES = 10
"""So many batches are looked at, or as many as there are."""
ELEMENTS_MAX = 1 << 24
"""Most elements of one forward pass: a quarter of what a tensor may hold, so that the pair's two sides,
their midpoint and the activations fit beside each other."""
ROWS_MAX = 1 << 16


def accuracy(network: Network, dataset: Dataset) -> float:
    """The mean over batches, then over classes."""
    size = EXAMPLES_PER_CLASS * dataset.classes
    fractions: dict[int, list[float]] = {}
    for batch in islice(dataset.batches(size), BATCHES):
        pairs = pairs_of_equal_labels(batch.labels)
        predicted = predict_midpoints(network, batch.inputs, pairs)
        for label, fraction in kept(pairs, predicted).items():
            fractions.setdefault(label, []).append(fraction)
    if not fractions:
        raise Error(f"no class has two examples in any of the first {BATCHES} batches of {size}")
    means = [total(found) / len(found) for _, found in sorted(fractions.items())]
    return total(means) / len(means)


def pairs_of_equal_labels(labels: Sequence[int]) -> list[tuple[int, int, int]]:
    """All unordered pairs of different positions with equal labels, as (first, second, label), class by
    class."""
    classes: dict[int, list[int]] = {}
    for position, label in enumerate(labels):
        classes.setdefault(label, []).append(position)
    return [
        (first, second, label)
        for label, members in sorted(classes.items())
        for count, second in enumerate(members)
        for first in members[:count]
    ]


def predict_midpoints(
    network: Network, inputs: Tensor, pairs: Sequence[tuple[int, int, int]]
) -> list[int]:
    """The class that the network gives to each pair's midpoint."""
    rows = min(max(ELEMENTS_MAX // max(prod(network.input_shape), 1), 1), ROWS_MAX)
    predicted: list[int] = []
    for start in range(0, len(pairs), rows):
        firsts, seconds, _ = zip(*pairs[start : start + rows])
        middles = (inputs.gather_rows(firsts) + inputs.gather_rows(seconds)) * 0.5
        predicted += network.logits(middles).arg_max()
    return predicted


def kept(pairs: Sequence[tuple[int, int, int]], predicted: Sequence[int]) -> dict[int, float]:
    """The fraction of each class's pairs that keep their label."""
    counts: dict[int, list[int]] = {}
    for (_, _, label), prediction in zip(pairs, predicted, strict=True):
        count = counts.setdefault(label, [0, 0])
        count[0] += label == prediction
        count[1] += 1
    return {label: right / every for label, (right, every) in counts.items()}
