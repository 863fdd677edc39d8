"""The task's training data. Test data is never here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import _raw
from ._shapes import WINDOW, spans
from .errors import ask
from .tensor import Tensor

Statistics = _raw.data.Statistics


class Dataset:
    """The training data: labelled examples in their stored order, which is the same for every measure."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @cached_property
    def examples(self) -> int:
        """Number of examples."""
        return self._raw.examples()

    @cached_property
    def classes(self) -> int:
        """Number of classes."""
        return self._raw.classes()

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example: `(height, width, channels)`, or `(features,)`."""
        return tuple(self._raw.shape())

    @cached_property
    def statistics(self) -> Statistics:
        """`minimum`, `maximum`, `mean` and `deviation` of all input values. They are handed over as they
        are stored, which need not be an image range such as 0 to 1.
        """
        return self._raw.value_statistics()

    def labels(self, start: int = 0, stop: int | None = None) -> list[int]:
        """Class indices of the examples from `start` to before `stop` (all, if nothing is given); long
        ranges are read in several calls.

        Raises `OutOfRange`.
        """
        stop = self.examples if stop is None else stop
        labels = ask(self._raw.labels, start, min(max(stop - start, 0), WINDOW))
        for begin, end in spans(start + len(labels), stop, WINDOW):
            labels += ask(self._raw.labels, begin, end - begin)
        return labels

    def class_indices(self, of_class: int) -> list[int]:
        """Indices of all examples of a class, ascending. Work: number of examples.

        Raises `OutOfRange` (no such class), `TooLarge` (over 262,144 examples).
        """
        return ask(self._raw.class_indices, of_class)

    def batch(self, start: int, length: int) -> Tensor:
        """Inputs `(length, *shape)` of consecutive examples from `start`. Work: its elements.

        Raises `OutOfRange`, `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.batch, start, length))

    def gather(self, indices: Sequence[int]) -> Tensor:
        """Inputs `(count, *shape)` of examples by index, in the given order, repeats allowed; at most
        262,144. Work: its elements.

        Raises `OutOfRange`, `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.gather, list(indices)))

    def batches(self, size: int) -> Iterator[Batch]:
        """All examples in their stored order, `size` at a time (1 if less is given); the last batch
        holds what is left. Each batch takes two calls, made when the iterator reaches it. The first ten:

            for batch in itertools.islice(dataset.batches(120), 10):
                logits = network.logits(batch.inputs)
        """
        for start, stop in spans(0, self.examples, size):
            yield Batch(start, self.batch(start, stop - start), self.labels(start, stop))


@dataclass
class Batch:
    """Consecutive examples with their labels."""

    start: int
    """Index of the first example."""
    inputs: Tensor
    """Inputs `(len(labels), *shape)`."""
    labels: list[int]
    """Class index of each example."""
