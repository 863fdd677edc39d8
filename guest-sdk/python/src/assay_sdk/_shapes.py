"""Arithmetic of shapes, axes and ranges: plain numbers, no host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from .errors import InvalidArgument, OutOfRange, ShapeMismatch

WINDOW = 262_144
"""Most values or indices that cross to or from the host in one call (1 MiB)."""


def spans(start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Cuts `start` to before `stop` into ranges of `size` (1 if less is given), the last one shorter."""
    size = max(size, 1)
    for begin in range(start, stop, size):
        yield begin, min(begin + size, stop)


def axis_of(axis: int, axes: int) -> int:
    """An axis counted from the end as one counted from the start.

    Raises `OutOfRange`.
    """
    if not -axes <= axis < axes:
        raise OutOfRange(f"there is no axis {axis} among {axes}")
    return axis % axes


def axes_of(axis: int | Sequence[int] | None, axes: int) -> list[int]:
    """One axis, several or none as a list counted from the start.

    Raises `OutOfRange`.
    """
    if axis is None:
        return []
    return [axis_of(one, axes) for one in ([axis] if isinstance(axis, int) else axis)]


def resolved(shape: Sequence[int], elements: int) -> list[int]:
    """A shape in which at most one length is -1, which stands for what is left of `elements`.

    Raises `InvalidArgument` (several), `ShapeMismatch` (it does not come out even).
    """
    shape = list(shape)
    unknown = [axis for axis, length in enumerate(shape) if length == -1]
    if len(unknown) > 1:
        raise InvalidArgument(f"only one length of {shape} can be left to be found out")
    if unknown:
        known = prod(length for length in shape if length != -1)
        if known == 0 or elements % known:
            raise ShapeMismatch(f"{elements} elements do not fill the shape {shape}")
        shape[unknown[0]] = elements // known
    return shape
