"""Errors that a call can answer, and that a measure can raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import _raw


class Error(Exception):
    """Why a call to the host was refused, or why a measure has no value.

    A measure raises its own: `raise Error("no class has two examples")`. The text is shown on public
    tasks and thrown away unread on hidden ones; the unit fails.

    The subclasses are what the host answers. Its texts name the shapes, indices and limits that did
    not fit.
    """

    kind = ""

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.kind}: {text}" if self.kind else text


class ShapeMismatch(Error, ValueError):
    """Shapes do not fit each other or the operation."""

    kind = "shape mismatch"


class OutOfRange(Error, IndexError):
    """An index, axis or range lies outside."""

    kind = "out of range"


class InvalidArgument(Error, ValueError):
    """An argument has no meaning here."""

    kind = "invalid argument"


class Unsupported(Error):
    """The network or task lacks what was asked for."""

    kind = "unsupported"


class TooLarge(Error):
    """A result, window or list would pass a published limit."""

    kind = "too large"


_KINDS = {
    _raw.types.Error_ShapeMismatch: ShapeMismatch,
    _raw.types.Error_OutOfRange: OutOfRange,
    _raw.types.Error_InvalidArgument: InvalidArgument,
    _raw.types.Error_Unsupported: Unsupported,
    _raw.types.Error_TooLarge: TooLarge,
}


def ask(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls the host. What it refuses is raised as this module's error."""
    try:
        return function(*arguments)
    except _raw.Err as refused:
        error = _KINDS[type(refused.value)](refused.value.value)
    # Outside of the handler, so that a traceback shows one error and not two.
    raise error
