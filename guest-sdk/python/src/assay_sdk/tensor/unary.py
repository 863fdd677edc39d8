"""Functions of single values."""

from __future__ import annotations

from typing import Self

from .. import _raw
from ._handle import Handle

UnaryOp = _raw.tensors.UnaryOp


class Unary(Handle):
    """Part of `Tensor`: functions of every value, which keep the shape."""

    __slots__ = ()

    def unary(self, op: UnaryOp) -> Self:
        """A function by its name in the contract. Work: as the method of that name.

        Raises `TooLarge` (no room for the result), as do all of these.
        """
        return self._ask(self._raw.unary, op)

    def __neg__(self) -> Self:
        return self.unary(UnaryOp.NEGATE)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self.abs()

    def abs(self) -> Self:
        """Absolute values; `abs(x)` is the same. Work: elements."""
        return self.unary(UnaryOp.ABSOLUTE)

    def square(self) -> Self:
        """`x · x`. Work: elements."""
        return self.unary(UnaryOp.SQUARE)

    def sqrt(self) -> Self:
        """Square root; NaN below zero. Work: elements."""
        return self.unary(UnaryOp.SQUARE_ROOT)

    def reciprocal(self) -> Self:
        """`1 / x`. Work: elements."""
        return self.unary(UnaryOp.RECIPROCAL)

    def exp(self) -> Self:
        """`e^x`. Work: 16 × elements."""
        return self.unary(UnaryOp.EXP)

    def log(self) -> Self:
        """Natural logarithm; NaN below zero. Work: 16 × elements."""
        return self.unary(UnaryOp.LOG)

    def tanh(self) -> Self:
        """Hyperbolic tangent. Work: 16 × elements."""
        return self.unary(UnaryOp.TANH)

    def sigmoid(self) -> Self:
        """`1 / (1 + exp(-x))`. Work: 16 × elements."""
        return self.unary(UnaryOp.SIGMOID)

    def relu(self) -> Self:
        """`max(x, 0)`. Work: elements."""
        return self.unary(UnaryOp.RELU)

    def sign(self) -> Self:
        """-1, 0 or 1; NaN for NaN. Work: elements."""
        return self.unary(UnaryOp.SIGN)

    def floor(self) -> Self:
        """Largest integer not above. Work: elements."""
        return self.unary(UnaryOp.FLOOR)

    def ceil(self) -> Self:
        """Smallest integer not below. Work: elements."""
        return self.unary(UnaryOp.CEIL)

    def round(self) -> Self:
        """Nearest integer; halves go to the even one. Work: elements."""
        return self.unary(UnaryOp.ROUND)

    def sin(self) -> Self:
        """Sine. Work: 16 × elements."""
        return self.unary(UnaryOp.SINE)

    def cos(self) -> Self:
        """Cosine. Work: 16 × elements."""
        return self.unary(UnaryOp.COSINE)

    def log1p(self) -> Self:
        """`log(1 + x)` without cancellation near 0; NaN below -1. Work: 16 × elements."""
        return self.unary(UnaryOp.LOG1P)

    def expm1(self) -> Self:
        """`exp(x) - 1` without cancellation near 0. Work: 16 × elements."""
        return self.unary(UnaryOp.EXPM1)

    def erf(self) -> Self:
        """The error function. Work: 16 × elements."""
        return self.unary(UnaryOp.ERF)

    def is_nan(self) -> Self:
        """1 for NaN, 0 otherwise. Work: elements."""
        return self.unary(UnaryOp.IS_NAN)

    def is_finite(self) -> Self:
        """1 for finite values, 0 for infinities and NaN. Work: elements."""
        return self.unary(UnaryOp.IS_FINITE)

    def softmax(self) -> Self:
        """Softmax over the last axis. Work: 16 × elements.

        Raises `ShapeMismatch` (a scalar).
        """
        return self._ask(self._raw.softmax)

    def log_softmax(self) -> Self:
        """Logarithm of the softmax over the last axis, computed without cancellation. Work:
        16 × elements.

        Raises `ShapeMismatch` (a scalar).
        """
        return self._ask(self._raw.log_softmax)
