"""Copies of a network with other weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from .. import _raw
from ..errors import ask
from ..tensor import Tensor
from .structure import Structure


@dataclass
class Descent:
    """How `Network.train` walks: `steps` steps of `batch_size` examples each. By default plain steps: no
    momentum, no weight decay.
    """

    learning_rate: float
    batch_size: int
    steps: int
    momentum: float = 0.0
    """Share of the last step that the next one keeps: `v = momentum · v + g`, `w -= rate · v`."""
    weight_decay: float = 0.0
    """`weight_decay · w` is added to the gradient of kernels."""


class Copies(Structure):
    """Part of `Network`."""

    def with_parameters(self, replacements: Mapping[int, Tensor]) -> Self:
        """A copy with some parameters replaced, by their positions in `parameters`; the others are
        shared, not copied. At most 64 networks alive. A copy keeps the initial weights. Work: elements
        of the replaced parameters × 2.

            kernels = [one for one in network.parameters if one.role is ParameterRole.KERNEL]
            halved = network.with_parameters({one.index: one.value() * 0.5 for one in kernels})

        Raises `OutOfRange`, `ShapeMismatch`, `TooLarge` (too many networks).
        """
        pairs = [(index, value._raw) for index, value in replacements.items()]
        return type(self)(ask(self._raw.with_parameters, pairs))

    def train(self, examples: Tensor, labels: Sequence[int], descent: Descent) -> Self:
        """A copy after steps of stochastic gradient descent on the mean cross-entropy of batches of
        consecutive examples, `examples (count, *input_shape)` with one label each; after the last example
        comes the first again. Inference mode: moving statistics stay as they are and act as constants,
        nothing is dropped. Work: steps × (4 × batch size × the network's multiply-adds + 4 × the
        parameters' elements).

            examples, labels = dataset.batch(0, 500), dataset.labels(0, 500)
            trained = network.train(examples, labels, Descent(0.01, batch_size=50, steps=20))

        Raises `ShapeMismatch`, `OutOfRange` (a label), `InvalidArgument` (no example, batch size 0, or
        settings that are not finite), `Unsupported` (the output is not a row of logits), `TooLarge`.
        """
        raw = _raw.networks.Descent(
            learning_rate=descent.learning_rate,
            momentum=descent.momentum,
            weight_decay=descent.weight_decay,
            batch_size=descent.batch_size,
            steps=descent.steps,
        )
        return type(self)(ask(self._raw.train, examples._raw, list(labels), raw))
