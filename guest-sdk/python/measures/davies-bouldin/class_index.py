"""The index of Davies and Bouldin (1979) over the classes of a few examples."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from assay_sdk import Dataset, Error, Network, Tensor, total
from early_features import Source

ROUND = 120
"""Examples of a round."""
ROUNDS = 10
"""So many rounds are looked at, or as many complete ones as there are."""
TINY = 1e-8
"""What counts as no distance at all, as in numpy's `allclose`."""


def mean_over_rounds(network: Network, dataset: Dataset) -> float:
    """The mean index over the rounds."""
    rounds = min(dataset.examples // ROUND, ROUNDS)
    if rounds == 0:
        raise Error(f"a round takes {ROUND} examples")
    source = Source(network)
    starts = range(0, rounds * ROUND, ROUND)
    return (
        total(
            of_round(source.features(dataset, start, ROUND), dataset.labels(start, start + ROUND))
            for start in starts
        )
        / rounds
    )


def of_round(features: Tensor, labels: Sequence[int]) -> float:
    """The index of `(n, features)` with a label for each row."""
    classes, sizes = numbered(labels)
    # Row `g` of the weights averages group `g`.
    weights = [
        1.0 / size if group == own else 0.0 for group, size in enumerate(sizes) for own in classes
    ]
    centroids = Tensor.from_values((len(sizes), len(labels)), weights) @ features
    spread = [0.0] * len(sizes)
    for group, distances in zip(classes, rows_of_distances(features, centroids)):
        spread[group] += distances[group] / sizes[group]
    return combine(spread, rows_of_distances(centroids, centroids))


def rows_of_distances(of: Tensor, centroids: Tensor) -> list[list[float]]:
    """Distances to every centroid, row by row."""
    distances = [sqrt(square) for square in of.squared_distances(centroids).to_list()]
    groups = len(centroids)
    return [distances[start : start + groups] for start in range(0, len(distances), groups)]


def numbered(labels: Sequence[int]) -> tuple[list[int], list[int]]:
    """Every label's position among the labels present, and how often each of those occurs."""
    present = sorted(set(labels))
    position = {label: place for place, label in enumerate(present)}
    return [position[label] for label in labels], [list(labels).count(label) for label in present]


def combine(spread: Sequence[float], between: Sequence[Sequence[float]]) -> float:
    """The mean over groups of the largest ratio of two groups' spreads to their distance."""
    if vanish(spread) or all(map(vanish, between)):
        return 0.0
    ratios = [
        # Coincident centroids, and a group with itself, count as infinitely far apart.
        [(own + other) / distance if distance != 0.0 else 0.0 for other, distance in zip(spread, row)]
        for own, row in zip(spread, between)
    ]
    return total(map(largest, ratios)) / len(spread)


def vanish(values: Sequence[float]) -> bool:
    return all(value <= TINY for value in values)


def largest(values: Sequence[float]) -> float:
    """The largest above 0, whatever is no number aside."""
    return max((value for value in values if value > 0.0), default=0.0)
