"""Functions of pairs of values, and the operators."""

from __future__ import annotations

from typing import Any, Self

from .. import _raw
from ..errors import ask
from ._handle import Handle

BinaryOp = _raw.tensors.BinaryOp


class Binary(Handle):
    """Part of `Tensor`: functions of pairs of values. Shapes broadcast; a number stands for a tensor of
    that one value. Work: elements of the result.
    """

    __slots__ = ()

    def binary(self, op: BinaryOp, other: Self | float) -> Self:
        """A function by its name in the contract. Work: elements of the result, 16 × for power and arc
        tangent.

        Raises `ShapeMismatch`, `TooLarge`, as do all of these.
        """
        if isinstance(other, Handle):
            return self._ask(self._raw.binary, op, other._raw)
        return self._ask(self._raw.binary_scalar, op, float(other))

    def reflected(self, op: BinaryOp, left: float) -> Self:
        """A function with a number on the left, which crosses as a scalar tensor: one call more, but the
        same rounding as if it were written on the host's side.
        """
        scalar = ask(_raw.tensors.Tensor.from_list, [], [float(left)])
        return self._ask(scalar.binary, op, self._raw)

    def __add__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.ADD, other) if fits(other) else NotImplemented

    def __radd__(self, other: float) -> Self:
        return self.reflected(BinaryOp.ADD, other) if fits(other) else NotImplemented

    def __sub__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.SUBTRACT, other) if fits(other) else NotImplemented

    def __rsub__(self, other: float) -> Self:
        return self.reflected(BinaryOp.SUBTRACT, other) if fits(other) else NotImplemented

    def __mul__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.MULTIPLY, other) if fits(other) else NotImplemented

    def __rmul__(self, other: float) -> Self:
        return self.reflected(BinaryOp.MULTIPLY, other) if fits(other) else NotImplemented

    def __truediv__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.DIVIDE, other) if fits(other) else NotImplemented

    def __rtruediv__(self, other: float) -> Self:
        return self.reflected(BinaryOp.DIVIDE, other) if fits(other) else NotImplemented

    def __pow__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.POWER, other) if fits(other) else NotImplemented

    def __rpow__(self, other: float) -> Self:
        return self.reflected(BinaryOp.POWER, other) if fits(other) else NotImplemented

    def __lt__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.LESS, other) if fits(other) else NotImplemented

    def __gt__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.GREATER, other) if fits(other) else NotImplemented

    def __le__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.LESS_OR_EQUAL, other) if fits(other) else NotImplemented

    def __ge__(self, other: Self | float) -> Self:
        return self.binary(BinaryOp.GREATER_OR_EQUAL, other) if fits(other) else NotImplemented

    def __eq__(self, other: Self | float) -> Self:  # type: ignore[override]
        return self.binary(BinaryOp.EQUAL, other) if fits(other) else NotImplemented

    def __ne__(self, other: Self | float) -> Self:  # type: ignore[override]
        return self.binary(BinaryOp.NOT_EQUAL, other) if fits(other) else NotImplemented

    # Equality of values is no equality of objects, so tensors are no keys.
    __hash__ = None  # type: ignore[assignment]

    def minimum(self, other: Self | float) -> Self:
        """The smaller of each pair; NaN if either is."""
        return self.binary(BinaryOp.MINIMUM, other)

    def maximum(self, other: Self | float) -> Self:
        """The larger of each pair; NaN if either is."""
        return self.binary(BinaryOp.MAXIMUM, other)

    def atan2(self, other: Self | float) -> Self:
        """The angle of the point (other, this), in radians: `y.atan2(x)`. Work: 16 × elements of the
        result.
        """
        return self.binary(BinaryOp.ARC_TANGENT, other)

    def choose(self, yes: Self | float, no: Self | float) -> Self:
        """Where this tensor is not zero (NaN counts as not zero) the value of `yes`, elsewhere that of
        `no`. The three broadcast to one shape; a number takes a call of its own.

            (x < 0).choose(x * 0.1, x)
        """
        return self._ask(self._raw.choose, crossed(yes), crossed(no))


def fits(other: Any) -> bool:
    """Whether the host can take it on the other side of an operator."""
    return isinstance(other, (int, float, Handle))


def crossed(value: Handle | float) -> Any:
    """The host's handle of a tensor, or of a scalar made for the purpose."""
    if isinstance(value, Handle):
        return value._raw
    return ask(_raw.tensors.Tensor.from_list, [], [float(value)])
