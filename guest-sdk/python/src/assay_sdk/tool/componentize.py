"""Runs componentize-py."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .project import Failure

WIT = Path(__file__).parent.parent / "wit"
"""The contract, as it is packaged with this SDK."""
WORLD = "measure"

PROGRAM = "ASSAY_COMPONENTIZE_PY"
"""Names the program, where it is not installed beside this package."""


def command() -> list[str]:
    """How componentize-py is started here.

    Raises `Failure` if it is not there.
    """
    named = os.environ.get(PROGRAM)
    if named:
        return [named]
    if importlib.util.find_spec("componentize_py") is None:
        raise Failure(
            "componentize-py is not installed for this Python\n"
            f"hint: `pip install componentize-py`, or name its program in {PROGRAM}"
        )
    return [sys.executable, "-c", "import sys; from componentize_py import script; sys.exit(script())"]


def run(arguments: Sequence[str | Path], scratch: Path) -> None:
    """Runs it on the contract; `scratch` is an empty directory of ours.

    Raises `Failure` with its own words.
    """
    # It looks for modules in the current Python's site-packages, too. What is installed there differs
    # from machine to machine and is not what the project names, so it is pointed at an empty one.
    (scratch / "site-packages").mkdir()
    environment = {**os.environ, "VIRTUAL_ENV": str(scratch)}
    line = [*command(), "--quiet", "--wit-path", WIT, "--world", WORLD, *arguments]
    try:
        ran = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failure(f"cannot start {line[0]}: {error}") from None
    if ran.returncode != 0:
        raise Failure(f"componentize-py failed:\n{(ran.stderr or ran.stdout).rstrip()}")
