"""The trained network: its layers, its weights, and what it computes.

Passes in `passes`, derivatives in `derivatives`, linear parts of single layers in `linear`, copies with
other weights in `copies`.
"""

from __future__ import annotations

from .copies import Copies, Descent
from .derivatives import Derivatives, Objective, Tangent
from .linear import LinearParts
from .passes import Passes
from .structure import (
    Activation,
    Layer,
    LayerKind,
    Parameter,
    ParameterRole,
    Tap,
    TapPoint,
    Window,
)

__all__ = [
    "Activation",
    "Descent",
    "Layer",
    "LayerKind",
    "Network",
    "Objective",
    "Parameter",
    "ParameterRole",
    "Tangent",
    "Tap",
    "TapPoint",
    "Window",
]


class Network(Passes, Derivatives, LinearParts, Copies):
    """A network: the trained one that the measure was handed, or a copy that the measure made of it
    (`with_parameters`, `train`). Dropping the last reference to a copy frees the host's memory.
    """
