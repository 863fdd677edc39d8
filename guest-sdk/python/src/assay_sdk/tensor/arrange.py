"""New arrangements of the same values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any, Self

from .. import _raw
from .._shapes import axis_of, resolved
from ..errors import OutOfRange, ask
from ._handle import Handle

Padding = _raw.tensors.Padding
"""What stands before and after the values of an axis: `Padding(before, after)`."""


class Arrange(Handle):
    """Part of `Tensor`."""

    __slots__ = ()

    def reshape(self, *shape: int | Sequence[int]) -> Self:
        """The same values in another shape with as many elements: `x.reshape(4, -1)` or
        `x.reshape((4, -1))`; one -1 stands for what is left. Work: elements.

        Raises `ShapeMismatch`, `InvalidArgument` (more than 8 axes, or more than one -1).
        """
        lengths: Any = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
        if -1 in lengths:
            lengths = resolved(lengths, self.elements)
        return self._ask(self._raw.reshape, list(lengths))

    def flatten_rows(self) -> Self:
        """Keeps axis 0 and joins all others: `(n, ...) -> (n, rest)`. Work: elements."""
        rows, *rest = self.shape or (1,)
        return self.reshape(rows, prod(rest))

    def insert_axis(self, axis: int) -> Self:
        """Puts an axis of length 1 before position `axis`; `x[:, None]` is the same. Work: elements.

        Raises `OutOfRange`.
        """
        shape = list(self.shape)
        shape.insert(axis_of(axis, len(shape) + 1), 1)
        return self.reshape(shape)

    def permute(self, *axes: int) -> Self:
        """Reorders axes: axis `i` of the result is axis `axes[i]` of this one. Work: elements.

        Raises `InvalidArgument` (not a permutation of all axes).
        """
        return self._ask(self._raw.permute, [axis_of(axis, len(axes)) for axis in axes])

    @property
    def T(self) -> Self:
        """All axes in reverse order: `(m, n) -> (n, m)`. Work: elements."""
        return self._ask(self._raw.permute, list(reversed(range(len(self.shape)))))

    def slice(self, axis: int, start: int, stop: int) -> Self:
        """The range from `start` to before `stop` of one axis. Work: elements of the result.

        As an index it is `x[start:stop]`, with one difference: an index cuts what lies outside off,
        this raises `OutOfRange`.
        """
        if stop < start:
            raise OutOfRange(f"the range {start}..{stop} ends before it starts")
        return self._ask(self._raw.slice, axis, start, stop - start)

    def gather_rows(self, indices: Sequence[int]) -> Self:
        """Rows (positions of axis 0) in the order of `indices`, repeats allowed; at most 262,144:
        `(n, ...) -> (len(indices), ...)`. Work: elements of the result.

        Raises `OutOfRange`, `ShapeMismatch` (a scalar has no rows), `TooLarge`.
        """
        return self._ask(self._raw.gather_rows, list(indices))

    @classmethod
    def concat(cls, parts: Iterable[Self], axis: int = 0) -> Self:
        """Puts at most 1,024 tensors after one another along an axis; all other axes are equal. Work:
        elements of the result.

        Raises `ShapeMismatch`, `OutOfRange`, `InvalidArgument` (no tensor), `TooLarge`.
        """
        raw = [part._raw for part in parts]
        return cls._wrap(ask(_raw.tensors.Tensor.concat, raw, axis))

    @classmethod
    def stack(cls, parts: Iterable[Self], axis: int = 0) -> Self:
        """Puts at most 1,024 tensors of one shape after one another along a new axis before position
        `axis`. Work: elements of the result.

        Raises `ShapeMismatch`, `OutOfRange`, `InvalidArgument` (no tensor, or 9 axes), `TooLarge`.
        """
        raw = [part._raw for part in parts]
        return cls._wrap(ask(_raw.tensors.Tensor.stack, raw, axis))

    def pad(self, paddings: Sequence[tuple[int, int] | Padding], value: float = 0.0) -> Self:
        """Surrounds the values by a constant; one (before, after) for each axis. Work: elements of the
        result.

            matrix.pad([(0, 0), (1, 2)])

        Raises `ShapeMismatch` (not one padding for each axis), `TooLarge`.
        """
        return self._ask(self._raw.pad, [padding(one) for one in paddings], value)


def padding(of: tuple[int, int] | Padding) -> Padding:
    """A pair as what the host takes."""
    return of if isinstance(of, Padding) else Padding(*of)
