"""What componentize-py generates from the contract. Nothing outside this package names it: the public
modules wrap or re-export the generated names, so that a new version of the contract or of the
generator does not change what measures see.

Inside a component the generated package is `wit_world`, and its functions call the host. Outside, when
tests run natively, `bindings` stands in: the same names and types, whose functions raise
`NotImplementedError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bindings import Description, Err
    from .bindings.imports import budget, data, images, log, networks, tensors, types
else:
    try:
        from wit_world import Description, Err
        from wit_world.imports import budget, data, images, log, networks, tensors, types
    except ModuleNotFoundError:
        from .bindings import Description, Err
        from .bindings.imports import budget, data, images, log, networks, tensors, types

__all__ = [
    "Description",
    "Err",
    "budget",
    "data",
    "images",
    "log",
    "networks",
    "tensors",
    "types",
]
