"""What the unit may still spend. Both meters are deterministic, so a measure may adapt to them. When one
runs out, the unit is stopped; that is no error that could be caught.
"""

from __future__ import annotations

from . import _raw


def work_limit() -> int:
    """Work that the unit may use in all. One unit is about one multiply-add on the host's side."""
    return _raw.budget.work_limit()


def work_left() -> int:
    """Work left, after this call's own cost."""
    return _raw.budget.work_left()


def fuel_limit() -> int:
    """Fuel that the unit may use in all: instructions executed inside the component. The Python
    interpreter takes some hundred for each of its own, some ten thousand for a call to the host.
    """
    return _raw.budget.fuel_limit()


def fuel_left() -> int:
    """Fuel left."""
    return _raw.budget.fuel_left()
