"""Values across the border: from lists, to lists, to numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from .. import _raw
from .._shapes import WINDOW, spans
from ..errors import ask
from ._handle import Handle


class Values(Handle):
    """Part of `Tensor`."""

    __slots__ = ()

    @classmethod
    def from_values(cls, shape: Sequence[int], values: Sequence[float]) -> Self:
        """A tensor from values in row-major order; long lists cross in several calls.

        Raises `ShapeMismatch` (`values` is not as long as `shape` says), `TooLarge`.
        """
        make = _raw.tensors.Tensor.from_list
        if len(values) <= WINDOW:
            return cls._wrap(ask(make, list(shape), list(values)))
        pieces = [
            ask(make, [stop - start], list(values[start:stop]))
            for start, stop in spans(0, len(values), WINDOW)
        ]
        joined = ask(_raw.tensors.Tensor.concat, pieces, 0)
        return cls._wrap(ask(joined.reshape, list(shape)))

    @classmethod
    def from_scalar(cls, value: float) -> Self:
        """A scalar tensor, shape `()`."""
        return cls.from_values((), [value])

    @classmethod
    def full(cls, shape: Sequence[int], value: float) -> Self:
        """A tensor of one value everywhere. Work: elements.

        Raises `InvalidArgument` (more than 8 axes), `TooLarge`.
        """
        return cls._wrap(ask(_raw.tensors.Tensor.full, list(shape), value))

    @classmethod
    def one_hot(cls, indices: Sequence[int], classes: int) -> Self:
        """Row `i` is zero but for a 1 at `indices[i]`: `(len(indices), classes)`. At most 262,144
        indices. Work: elements.

        Raises `OutOfRange`, `TooLarge`.
        """
        return cls._wrap(ask(_raw.tensors.Tensor.one_hot, list(indices), classes))

    def scalar(self) -> float:
        """The value of a tensor with exactly one element; `float(x)` is the same.

        Raises `ShapeMismatch`.
        """
        return ask(self._raw.scalar)

    def __float__(self) -> float:
        return self.scalar()

    def __bool__(self) -> bool:
        """Whether the one element is not zero: `if (a < b).min():` asks for all, `.max()` for any.

        Raises `ShapeMismatch`.
        """
        return self.scalar() != 0.0

    def read(self, offset: int, length: int) -> list[float]:
        """`length` values from position `offset` of the row-major order; at most 262,144.

        Raises `OutOfRange`, `TooLarge`.
        """
        return ask(self._raw.read, offset, length)

    def to_list(self) -> list[float]:
        """All values in row-major order, one flat list, read in windows of 262,144. Each value costs the
        component 32 bytes of its 256 MiB; prefer to compute on the host's side.
        """
        values: list[float] = []
        for start, stop in spans(0, self.elements, WINDOW):
            values += self.read(start, stop - start)
        return values
