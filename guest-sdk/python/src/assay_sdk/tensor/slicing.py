"""Slices, `x[...]`, as NumPy writes them: each turns into as few calls as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any, Self, TypeVar

from ..errors import OutOfRange
from ._handle import Handle

T = TypeVar("T", bound=Handle)

Index = int | slice | EllipsisType | None | Sequence[int]


@dataclass
class Plan:
    """What is asked of the host: ranges, then lists of positions, then a shape."""

    ranges: list[tuple[int, int, int]] = field(default_factory=list)
    """(axis, start, length)"""
    lists: list[tuple[int, list[int]]] = field(default_factory=list)
    """(axis, positions)"""
    taken: list[int] = field(default_factory=list)
    """The shape after these."""
    shape: list[int] = field(default_factory=list)
    """The shape of the result: without axes that a number picked from, with new ones."""


def plan(shape: Sequence[int], key: Any) -> Plan:
    """What `x[key]` means for a tensor of this shape.

    Raises `OutOfRange` (a position outside, or more indices than axes), `TypeError`.
    """
    made = Plan()
    axis = 0
    for index in completed(key if isinstance(key, tuple) else (key,), len(shape)):
        if index is None:
            made.shape.append(1)
            continue
        length = shape[axis]
        if is_number(index):
            made.ranges.append((axis, position(index, axis, length), 1))
            made.taken.append(1)
        else:
            add(made, axis, length, index)
            made.shape.append(made.taken[-1])
        axis += 1
    return made


def add(made: Plan, axis: int, length: int, index: slice | Sequence[int]) -> None:
    """What a range or a list takes of one axis."""
    if isinstance(index, slice):
        chosen: Sequence[int] = range(*index.indices(length))
        if index.step in (None, 1):
            if len(chosen) != length:
                made.ranges.append((axis, chosen.start if chosen else 0, len(chosen)))
            made.taken.append(len(chosen))
            return
    else:
        chosen = [position(one, axis, length) for one in index]
    made.lists.append((axis, list(chosen)))
    made.taken.append(len(chosen))


def completed(key: tuple[Any, ...], axes: int) -> list[Any]:
    """The indices with `...`, or the end, filled up so that every axis has one.

    Raises as `plan`.
    """
    for index in key:
        if not (index is None or index is ... or isinstance(index, slice) or is_number(index)):
            check_list(index)
    if sum(isinstance(index, Sequence) for index in key) > 1:
        raise TypeError("an index has one list of positions at most: x[rows][:, columns] takes two")
    named = sum(index is not None and index is not ... for index in key)
    if named > axes:
        raise OutOfRange(f"{named} indices for {axes} axes")
    rest = [slice(None)] * (axes - named)
    dots = [place for place, index in enumerate(key) if index is ...]
    if len(dots) > 1:
        raise TypeError("an index has one `...` at most")
    at = dots[0] if dots else len(key)
    return [*key[:at], *rest, *key[at + 1 :]]


def check_list(index: Any) -> None:
    """Raises `TypeError` for what is no list of positions."""
    listed = isinstance(index, Sequence) and not isinstance(index, (str, bytes))
    if not listed or not all(is_number(one) for one in index):
        raise TypeError(
            f"an index is a number, a range, a list of numbers, None or `...`, not {index!r} (where a "
            "condition decides, `condition.choose(yes, no)` does)"
        )


def is_number(index: Any) -> bool:
    # True and False would count as 1 and 0, which nobody means who writes a mask.
    return isinstance(index, int) and not isinstance(index, bool)


def position(index: int, axis: int, length: int) -> int:
    """A position counted from the end as one counted from the start.

    Raises `OutOfRange`.
    """
    if not -length <= index < length:
        raise OutOfRange(f"position {index} of axis {axis}, which has {length}")
    return index % length


class Slicing(Handle):
    """Part of `Tensor`."""

    __slots__ = ()

    def __getitem__(self, key: Index | tuple[Index, ...]) -> Self:
        """Part of the values: numbers, ranges with steps, one list of positions, `None` and `...`. Axes
        keep their order, whatever stands beside a list.

            x[0]   x[-1, 2:5]   x[:, ::-1]   x[..., None]   x[[3, 1, 1]]

        Work: elements of each result on the way. A range with step 1 takes one call for each axis, a
        list one on axis 0 and three on others; dropping or adding axes takes one more.

        Raises `OutOfRange`, `TooLarge`.
        """
        wanted = plan(self.shape, key)
        result = self
        for axis, start, length in wanted.ranges:
            result = result._ask(result._raw.slice, axis, start, length)
        for axis, positions in wanted.lists:
            result = gathered(result, axis, positions, len(wanted.taken))
        if wanted.shape != wanted.taken:
            result = result._ask(result._raw.reshape, wanted.shape)
        return result

    def __len__(self) -> int:
        """Length of axis 0."""
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Self]:
        """The rows, two calls each: prefer one call for all of them."""
        return (self[row] for row in range(len(self)))


def gathered(tensor: T, axis: int, positions: list[int], axes: int) -> T:
    """Positions of one axis: the host gathers along the first."""
    if axis == 0:
        return tensor._ask(tensor._raw.gather_rows, positions)
    order = list(range(axes))
    order[0], order[axis] = axis, 0
    turned = tensor._ask(tensor._raw.permute, order)
    turned = turned._ask(turned._raw.gather_rows, positions)
    return turned._ask(turned._raw.permute, order)
