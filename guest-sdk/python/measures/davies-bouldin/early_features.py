"""The features that the index looks at: an early layer's output, pooled and flattened."""

from __future__ import annotations

from math import prod

from assay_sdk import Dataset, Error, Network, Tap, Tensor

LAYERS = 3
"""Only these layers, from the first, are considered."""
POOL = 4
"""Side of a pooling window, and its step."""
ELEMENTS_MAX = 1 << 24
"""Most elements of one activation: a quarter of what a tensor may hold."""


class Source:
    """The first layer that slides a window, among the first three."""

    def __init__(self, network: Network) -> None:
        self.network = network
        found = [at for at, layer in enumerate(network.layers[:LAYERS]) if layer.window]
        if not found:
            raise Error(f"none of the first {LAYERS} layers slides a window")
        self.tap = Tap.output(found[0])
        self.elements = max(prod(network.layers[found[0]].output_shape), 1)

    def features(self, dataset: Dataset, start: int, length: int) -> Tensor:
        """Features `(length, ...)` of consecutive examples from `start`."""
        step = min(max(ELEMENTS_MAX // self.elements, 1), length)
        parts = []
        for at in range(start, start + length, step):
            batch = dataset.batch(at, min(step, start + length - at))
            [activation] = self.network.activations(batch, [self.tap])
            parts.append(pooled(activation))
        return Tensor.concat(parts)


def pooled(activation: Tensor) -> Tensor:
    """Maximum over windows of 4 × 4 that lie side by side, `(n, h, w, c) -> (n, h/4 · w/4 · c)`; rows and
    columns that fill no window are left out."""
    if len(activation.shape) != 4:
        raise Error(f"a window slides over pictures, this has shape {list(activation.shape)}")
    examples, height, width, channels = activation.shape
    rows, columns = height // POOL, width // POOL
    if rows == 0 or columns == 0:
        raise Error(f"{height} x {width} is too small for windows of {POOL}")
    trimmed = activation[:, : rows * POOL, : columns * POOL]
    windows = trimmed.reshape(examples, rows, POOL, columns, POOL, channels)
    return windows.max(axis=(2, 4)).flatten_rows()
