"""The one class that a measure extends, and how it becomes the component's measure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from .data import Dataset
from .network import Network


class Measure(ABC):
    """A measure: what it is, and how it is computed.

    The host makes a fresh instance of the component for each network, so nothing survives from one
    network to the next. There is no clock, no file and no randomness but the seed.

    The object itself is made when the component is built: what `__init__` computes lies ready in the
    component and costs no fuel. It cannot ask the host anything.
    """

    NAME: ClassVar[str]
    """Short name in lower case with hyphens, at most 64 bytes."""

    AUTHORS: ClassVar[Sequence[str]]
    """Authors, at most 16 of at most 128 bytes each."""

    VERSION: ClassVar[str | None] = None
    """Version, at most 32 bytes; None means the version in the project's `pyproject.toml`."""

    @abstractmethod
    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        """Computes the measure of one network. **Larger means: expected to generalise worse.**

        The seed is the unit's only source of randomness; it is the same whenever the same component
        meets the same network. NaN fails the unit, infinities are values.

        Raises `Error`, or anything else: whatever keeps the measure from having a value. The text is
        shown on public tasks and thrown away unread on hidden ones; a failed unit fails the
        submission for its phase.
        """


M = TypeVar("M", bound=type[Measure])

_exported: list[type[Measure]] = []


def export_measure(measure: M) -> M:
    """Makes a class the component's measure. Once per component; as a decorator or as a call.

    Raises `TypeError` if it is no complete measure, or the second one.
    """
    if not (isinstance(measure, type) and issubclass(measure, Measure)):
        raise TypeError(f"export_measure takes a class that extends Measure, not {measure!r}")
    for name in ("NAME", "AUTHORS"):
        if not hasattr(measure, name):
            raise TypeError(f"{measure.__name__} has no {name}")
    if isinstance(measure.AUTHORS, str):
        raise TypeError(f"{measure.__name__}.AUTHORS is a list of names, not one text")
    if _exported and _exported[0] is not measure:
        raise TypeError(
            f"{_exported[0].__name__} is exported already: one component holds one measure; what two "
            "measures share belongs into a module without export_measure"
        )
    _exported[:] = [measure]
    return measure


def exported() -> type[Measure]:
    """The class that `export_measure` was given."""
    if not _exported:
        raise TypeError("no measure is exported: put @export_measure before its class")
    return _exported[0]
