"""Sums of a measure's own numbers."""

from __future__ import annotations

from collections.abc import Iterable


def total(values: Iterable[float]) -> float:
    """Adds numbers from left to right, rounding each step, as Rust, C and a loop do.

    Python's own `sum` corrects for rounding since 3.12, so it may give another last digit than the same
    formula in another language. Both are deterministic.
    """
    result = 0.0
    for value in values:
        result += value
    return result
