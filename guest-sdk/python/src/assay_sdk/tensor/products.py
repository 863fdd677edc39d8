"""Products and distances of rows."""

from __future__ import annotations

from typing import Self

from ._handle import Handle


class Products(Handle):
    """Part of `Tensor`. All raise `ShapeMismatch`, `TooLarge`."""

    __slots__ = ()

    def matmul(self, other: Self) -> Self:
        """Matrix product `(m, k) × (k, n) -> (m, n)`; `a @ b` is the same. Work: m·k·n."""
        return self._ask(self._raw.matmul, other._raw)

    def __matmul__(self, other: Self) -> Self:
        return self.matmul(other) if isinstance(other, Handle) else NotImplemented

    def gram(self) -> Self:
        """Products of all pairs of rows, `(m, k) -> (m, m)`: this matrix times its transpose. Work:
        m·m·k.
        """
        return self._ask(self._raw.gram)

    def squared_distances(self, other: Self) -> Self:
        """Squared Euclidean distances between the rows of two matrices, `(m, k), (n, k) -> (m, n)`: sums
        of squared differences, so 0 for equal rows. Work: 2·m·n·k.

            nearest = features.squared_distances(means).arg_min()
        """
        return self._ask(self._raw.squared_distances, other._raw)

    def cosine_similarity(self, other: Self) -> Self:
        """Cosines of the angles between the rows of two matrices, `(m, k), (n, k) -> (m, n)`; 0 where a
        row is zero. Work: m·n·k + 2·k·(m + n).
        """
        return self._ask(self._raw.cosine_similarity, other._raw)
