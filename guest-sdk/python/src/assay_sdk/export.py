"""What the module that `build` writes needs. Not for measures."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from . import _raw, log
from .data import Dataset
from .errors import Error
from .measure import exported
from .network import Network


def world(project_version: str) -> type:
    """The class that componentize-py looks for: it answers the host's `describe` and `evaluate`."""
    kind = exported()
    measure = kind()

    class WitWorld:
        def describe(self) -> _raw.Description:
            return _raw.Description(kind.NAME, kind.VERSION or project_version, list(kind.AUTHORS))

        def evaluate(self, network: Any, dataset: Any, seed: int) -> float:
            try:
                return float(measure.evaluate(Network(network), Dataset(dataset), seed))
            except Error as error:
                text = str(error)
                log.debug(places(error.__traceback__))
            except Exception as error:  # The author's mistake, whatever it is: say what and where.
                text = f"{type(error).__name__}: {error}"
                log.warning(f"{text}\n{places(error.__traceback__)}")
            raise _raw.Err(text)

    return WitWorld


def places(traceback: TracebackType | None) -> str:
    """Where an error came from, innermost last. Without source lines: there are no files in there."""
    lines = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        name = code.co_filename.rsplit("/", 1)[-1]
        lines.append(f"  {name}:{traceback.tb_lineno} in {code.co_name}")
        traceback = traceback.tb_next
    return "\n".join(lines[1:])
