"""A stand-in for the host's tensors: a shape, a flat list, and the plainest code for a few functions."""

from __future__ import annotations

from itertools import product
from math import prod


class Raw:
    """As `wit_world.imports.tensors.Tensor`, as far as tests need it. Counts calls."""

    calls: list[str] = []

    def __init__(self, shape, values):
        self._shape, self.values = list(shape), list(values)
        assert len(self.values) == prod(self._shape), (shape, len(self.values))

    def shape(self):
        return self._shape

    def read(self, offset, length):
        return self.values[offset : offset + length]

    def at(self, position):
        flat = 0
        for length, index in zip(self._shape, position, strict=True):
            assert 0 <= index < length, (self._shape, position)
            flat = flat * length + index
        return self.values[flat]

    def made(self, name, shape, source):
        """A tensor whose value at each position is this one's at `source(position)`."""
        Raw.calls.append(name)
        return Raw(shape, [self.at(source(position)) for position in product(*map(range, shape))])

    def reshape(self, shape):
        Raw.calls.append("reshape")
        return Raw(shape, self.values)

    def permute(self, axes):
        inverse = [axes.index(axis) for axis in range(len(axes))]
        return self.made(
            "permute",
            [self._shape[axis] for axis in axes],
            lambda position: [position[inverse[axis]] for axis in range(len(axes))],
        )

    def slice(self, axis, start, length):
        shape = [*self._shape]
        shape[axis] = length
        move = [start if at == axis else 0 for at in range(len(shape))]
        return self.made("slice", shape, lambda position: [a + b for a, b in zip(position, move)])

    def gather_rows(self, indices):
        shape = [len(indices), *self._shape[1:]]
        return self.made("gather", shape, lambda position: [indices[position[0]], *position[1:]])
