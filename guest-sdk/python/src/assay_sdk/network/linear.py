"""The linear part of single layers, and its transpose."""

from __future__ import annotations

from ..errors import ask
from ..tensor import Tensor
from .structure import Structure


class LinearParts(Structure):
    """Part of `Network`."""

    def apply_linear(self, layer: int, activation: Tensor) -> Tensor:
        """The linear part of a layer, `(examples, *input shape) -> (examples, *output shape)`: no bias, no
        offset, no activation. Convolutions, dense layers, batch norms, flatten, dropout and mean poolings
        have one. Work: examples × the layer's multiply-adds, and elements.

        Raises `ShapeMismatch`, `OutOfRange` (no such layer), `Unsupported` (the layer is not linear),
        `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.apply_linear, layer, activation._raw))

    def apply_transpose(self, layer: int, activation: Tensor) -> Tensor:
        """The transpose of `apply_linear`, `(examples, *output shape) -> (examples, *input shape)`. Work,
        errors: as there.

            # A layer's largest singular value, by power iteration.
            x = random.normal(seed, 0, (1, *network.layers[layer].input_shape))
            for _ in range(30):
                y = network.apply_linear(layer, x / x.l2_norm())
                norm = y.l2_norm()
                x = network.apply_transpose(layer, y)
        """
        return Tensor._wrap(ask(self._raw.apply_transpose, layer, activation._raw))
