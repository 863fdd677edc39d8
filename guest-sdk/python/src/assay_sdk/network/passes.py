"""What a network computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ask
from ..tensor import Tensor
from .structure import Structure, Tap


def tensors(function: Any, *arguments: Any) -> list[Tensor]:
    """Calls a function of the host that answers with several tensors."""
    return [Tensor._wrap(raw) for raw in ask(function, *arguments)]


class Passes(Structure):
    """Part of `Network`."""

    def logits(self, batch: Tensor) -> Tensor:
        """Runs a batch `(examples, *input_shape)` and returns the logits `(examples, classes)`. Inference
        mode: moving statistics, no dropout. Any batch size: the host cuts it into pieces. Work:
        examples × the network's multiply-adds.

        Raises `ShapeMismatch`, `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.logits, batch._raw))

    def activations(self, batch: Tensor, taps: Sequence[Tap]) -> list[Tensor]:
        """Runs a batch once and returns the activations at each tap, `(examples, *shape)`, in the order
        of `taps` (at most 256). Work: examples × the multiply-adds up to the last tap.

            before, after = network.activations(batch, [Tap.pre_activation(0), Tap.output(0)])

        Raises `ShapeMismatch`, `OutOfRange` (no such layer), `InvalidArgument` (no tap), `TooLarge`.
        """
        return tensors(self._raw.activations, batch._raw, list(taps))

    def logits_from(self, layer: int, activation: Tensor) -> Tensor:
        """As `logits`, from a layer on: `activation` is what enters layer `layer`,
        `(examples, *its input shape)`. Work: examples × the multiply-adds from there.

            # Mixes two examples half and half at a hidden layer.
            [hidden] = network.activations(dataset.batch(0, 2), [Tap.input(3)])
            mixed = network.logits_from(3, hidden.mean(axis=0, keepdims=True))

        Raises `ShapeMismatch`, `OutOfRange` (no such layer), `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.logits_from, layer, activation._raw))

    def activations_from(self, layer: int, activation: Tensor, taps: Sequence[Tap]) -> list[Tensor]:
        """As `activations`, from a layer on; taps lie at it or after it. Work: examples × the
        multiply-adds from there up to the last tap.

        Raises `ShapeMismatch`, `OutOfRange` (no such layer, or one before), `InvalidArgument` (no tap),
        `TooLarge`.
        """
        return tensors(self._raw.activations_from, layer, activation._raw, list(taps))
