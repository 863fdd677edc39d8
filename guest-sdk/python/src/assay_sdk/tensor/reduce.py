"""Reductions: all values to one number, or some axes away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self, overload

from .. import _raw
from .._shapes import axes_of
from ..errors import InvalidArgument, ask
from ._handle import Handle

ReduceOp = _raw.tensors.ReduceOp
Axis = int | Sequence[int]


class Reduce(Handle):
    """Part of `Tensor`. Sums accumulate in 64-bit floats in a fixed order and are rounded once.

    Without an axis the result is a number, which takes two calls; with one axis or several it is a
    tensor without them, or with length 1 there if they are kept. Work: elements, 2 × for variance.
    """

    __slots__ = ()

    def reduce(self, op: ReduceOp, axis: Axis | None = None, keepdims: bool = False) -> Self:
        """A reduction by its name in the contract; without an axis to a scalar tensor.

        Raises `OutOfRange`, `InvalidArgument` (an axis twice, or an empty tuple of them),
        `ShapeMismatch` (nothing to reduce over for mean, maximum, minimum, variance), as do all of these.
        """
        axes = axes_of(axis, len(self.shape))
        if axis is not None and not axes:
            raise InvalidArgument("no axis to reduce; None stands for all")
        reduced = self._ask(self._raw.reduce, op, axes)
        if not keepdims:
            return reduced
        gone = axes or range(len(self.shape))
        kept = [1 if axis in gone else length for axis, length in enumerate(self.shape)]
        return reduced._ask(reduced._raw.reshape, kept)

    def _number(self, op: ReduceOp) -> float:
        return ask(ask(self._raw.reduce, op, []).scalar)

    @overload
    def sum(self) -> float: ...
    @overload
    def sum(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def sum(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Sum; 0 of nothing."""
        if axis is None:
            return self._number(ReduceOp.SUM)
        return self.reduce(ReduceOp.SUM, axis, keepdims)

    @overload
    def mean(self) -> float: ...
    @overload
    def mean(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def mean(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Arithmetic mean."""
        if axis is None:
            return self._number(ReduceOp.MEAN)
        return self.reduce(ReduceOp.MEAN, axis, keepdims)

    @overload
    def max(self) -> float: ...
    @overload
    def max(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def max(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Largest value; NaN if any value is."""
        if axis is None:
            return self._number(ReduceOp.MAXIMUM)
        return self.reduce(ReduceOp.MAXIMUM, axis, keepdims)

    @overload
    def min(self) -> float: ...
    @overload
    def min(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def min(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Smallest value; NaN if any value is."""
        if axis is None:
            return self._number(ReduceOp.MINIMUM)
        return self.reduce(ReduceOp.MINIMUM, axis, keepdims)

    @overload
    def variance(self) -> float: ...
    @overload
    def variance(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def variance(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Mean squared distance from the mean (divided by the count)."""
        if axis is None:
            return self._number(ReduceOp.VARIANCE)
        return self.reduce(ReduceOp.VARIANCE, axis, keepdims)

    @overload
    def l1_norm(self) -> float: ...
    @overload
    def l1_norm(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def l1_norm(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Sum of absolute values."""
        if axis is None:
            return self._number(ReduceOp.L1_NORM)
        return self.reduce(ReduceOp.L1_NORM, axis, keepdims)

    @overload
    def l2_norm(self) -> float: ...
    @overload
    def l2_norm(self, axis: Axis, keepdims: bool = False) -> Self: ...
    def l2_norm(self, axis: Axis | None = None, keepdims: bool = False) -> float | Self:
        """Root of the sum of squares."""
        if axis is None:
            return self._number(ReduceOp.L2_NORM)
        return self.reduce(ReduceOp.L2_NORM, axis, keepdims)

    def arg_max(self) -> list[int]:
        """Position of the largest value along the last axis, row by row: `(..., n)` gives as many
        positions as there are rows, at most 262,144. The first of equals; NaN counts as smaller than
        anything. Work: elements.

        Raises `ShapeMismatch` (a scalar, or a last axis of length 0), `TooLarge`.
        """
        return ask(self._raw.arg_max)

    def arg_min(self) -> list[int]:
        """Position of the smallest value along the last axis, row by row; the first of equals, and NaN
        counts as larger than anything. At most 262,144 rows. Work: elements.

        Raises as `arg_max`.
        """
        return ask(self._raw.arg_min)
