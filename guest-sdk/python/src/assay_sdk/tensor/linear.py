"""Decompositions and linear systems, computed on the host's side in 64-bit floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ..errors import ask
from ._handle import Handle

if TYPE_CHECKING:
    from . import Tensor


@dataclass
class Svd:
    """A thin singular value decomposition: `u × diagonal(values) × transpose(v)`."""

    u: Tensor
    """`(m, r)`, r = min(m, n); columns are orthonormal."""
    values: Tensor
    """`(r,)`, descending."""
    v: Tensor
    """`(n, r)`; columns are orthonormal."""


@dataclass
class Eigen:
    """An eigen-decomposition of a symmetric matrix."""

    values: Tensor
    """`(n,)`, ascending."""
    vectors: Tensor
    """`(n, n)`; column `i` is the unit vector of value `i`."""


class Linear(Handle):
    """Part of `Tensor`. All raise `ShapeMismatch`, `TooLarge`, and `InvalidArgument` for values that are
    not finite.
    """

    __slots__ = ()

    def singular_values(self) -> Self:
        """Singular values of a matrix `(m, n)`, descending: `(min(m, n),)`. At most 4,096 in the shorter
        axis. Work: 64·m·n·min(m, n).

            squares = kernel.singular_values().square()
            stable_rank = squares.sum() / squares.max()
        """
        return self._ask(self._raw.singular_values)

    def svd(self) -> Svd:
        """Thin singular value decomposition of a matrix `(m, n)`; the first non-zero entry of each column
        of `u` is positive. At most 4,096 in the shorter axis. Work: 96·m·n·min(m, n).
        """
        raw = ask(self._raw.svd)
        return Svd(self._wrap(raw.u), self._wrap(raw.values), self._wrap(raw.v))

    def symmetric_eigen(self) -> Eigen:
        """Eigenvalues and vectors of a symmetric matrix `(n, n)`, of which only the lower triangle is
        read; n ≤ 4,096. The first non-zero entry of each vector is positive. Work: 96·n³.
        """
        raw = ask(self._raw.symmetric_eigen)
        return Eigen(self._wrap(raw.values), self._wrap(raw.vectors))

    def solve(self, right: Self) -> Self:
        """Solves `self × x = right` for a symmetric positive definite matrix `(n, n)`, of which only the
        lower triangle is read; `right` and the result are `(n, k)`; n ≤ 4,096. Work: n³/3 + 2·n²·k.

        Raises `InvalidArgument` also where the matrix is not positive definite.
        """
        return self._ask(self._raw.solve, right._raw)
