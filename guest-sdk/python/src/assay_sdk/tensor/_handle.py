"""The handle that all parts of `Tensor` share."""

from __future__ import annotations

from math import prod
from typing import Any, Self

from ..errors import ask


class Handle:
    """A tensor on the host's side, without anything to do with it."""

    __slots__ = ("_raw", "_shape")

    _raw: Any
    _shape: tuple[int, ...] | None

    def __init__(self) -> None:
        raise TypeError("tensors come from the host: Tensor.from_values(shape, values) makes one")

    @classmethod
    def _wrap(cls, raw: Any) -> Self:
        tensor = cls.__new__(cls)
        tensor._raw = raw
        tensor._shape = None
        return tensor

    def _ask(self, function: Any, *arguments: Any) -> Self:
        """Calls a function of the host that answers with a tensor."""
        return self._wrap(ask(function, *arguments))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes. Asks the host once."""
        if self._shape is None:
            self._shape = tuple(self._raw.shape())
        return self._shape

    @property
    def elements(self) -> int:
        """Number of elements: the product of `shape`; 1 for a scalar."""
        return prod(self.shape)

    def __repr__(self) -> str:
        """The shape: the values are on the host's side."""
        return f"Tensor{list(self.shape)}"
