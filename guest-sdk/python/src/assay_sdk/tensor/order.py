"""Orders of rows: sorting, ranking, quantiles, running sums, and single values by position. A row is what
lies along the last axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from .. import _raw
from ..errors import ask
from ._handle import Handle

if TYPE_CHECKING:
    from . import Tensor

Direction = _raw.tensors.Direction


@dataclass
class Ranking:
    """The largest values of each row."""

    values: Tensor
    """`(..., k)`, largest first."""
    indices: list[int]
    """Their positions along the last axis, row by row: `k` for each."""


class Order(Handle):
    """Part of `Tensor`."""

    __slots__ = ()

    def sort(self, descending: bool = False) -> Self:
        """Sorts each row, same shape. -0 stands before +0, NaN after everything; in descending order
        everything is the other way round. Work: elements × (8 + ⌈log₂ length⌉).

        Raises `ShapeMismatch` (a scalar).
        """
        return self._ask(self._raw.sort, direction(descending))

    def arg_sort(self, descending: bool = False) -> list[int]:
        """Positions that would sort each row, row by row; equals keep their order. At most 262,144
        elements. Work: as `sort`.

        Raises `ShapeMismatch` (a scalar), `TooLarge`.
        """
        return ask(self._raw.arg_sort, direction(descending))

    def top_k(self, k: int) -> Ranking:
        """The `k` largest values of each row and their positions, largest first; of equals the first
        counts as larger, and NaN as smaller than anything. At most 262,144 positions. Work: as `sort`.

            best = logits.top_k(2).values
            margins = best[:, 0] - best[:, 1]

        Raises `ShapeMismatch` (a scalar), `OutOfRange` (rows shorter than `k`), `TooLarge`.
        """
        raw = ask(self._raw.top_k, k)
        return Ranking(self._wrap(raw.values), raw.indices)

    def quantile(self, q: float) -> Self:
        """The quantile `q` (0 to 1) of each row: `(..., n) -> (...)`. Between two values it interpolates
        linearly: position `q · (n - 1)`, as NumPy's default. NaN if the row holds a NaN. Work:
        elements × (8 + ⌈log₂ n⌉).

        Raises `InvalidArgument` (`q` outside 0 to 1), `ShapeMismatch` (a scalar, or rows of length 0).
        """
        return self._ask(self._raw.quantile, q)

    def cumulative_sum(self) -> Self:
        """Sums along each row up to and with each position, same shape; in that order, in 64-bit floats.
        Work: elements.

        Raises `ShapeMismatch` (a scalar).
        """
        return self._ask(self._raw.cumulative_sum)

    def pick(self, indices: Sequence[int]) -> Self:
        """One value of each row, by position: `(..., n) -> (...)`, with one index for each row, at most
        262,144. Work: rows.

            loss = -logits.log_softmax().pick(labels).mean()

        Raises `ShapeMismatch` (a scalar, or another number of indices), `OutOfRange`, `TooLarge`.
        """
        return self._ask(self._raw.pick, list(indices))


def direction(descending: bool) -> Direction:
    return Direction.DESCENDING if descending else Direction.ASCENDING
