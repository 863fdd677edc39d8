"""`python -m assay_sdk build`: a component from a project."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from . import componentize, project
from .project import Failure

APPLICATION = "assay_application"
"""The module that componentize-py is given."""


def build(directory: Path, output: Path) -> int:
    """Builds the project's component and gives its size in bytes.

    The interpreter runs while it is built: the measure's modules are imported, and what they leave in
    memory is the component's start.

    Raises `Failure`.
    """
    source = project.read(directory)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        application(place / "application", source)
        sdk(place / "sdk")
        made = place / "measure.wasm"
        # WASI is replaced by functions that trap: the interpreter would import sockets, which no host
        # of measures has.
        arguments: list[str | Path] = ["componentize", "--stub-wasi"]
        for path in [place / "application", *source.paths, place / "sdk"]:
            arguments += ["--python-path", path]
        componentize.run([*arguments, APPLICATION, "--output", made], place)
        try:
            shutil.copyfile(made, output)
        except OSError as error:
            raise Failure(f"cannot write {output}: {error}") from None
        return made.stat().st_size


def application(place: Path, source: project.Project) -> None:
    """Writes the module that joins the measure to the world."""
    place.mkdir()
    (place / f"{APPLICATION}.py").write_text(
        f"import {source.module}\n"
        "from assay_sdk.export import world\n"
        f"WitWorld = world({source.version!r})\n",
        encoding="utf-8",
    )


def sdk(place: Path) -> None:
    """Copies what runs inside a component, so that nothing installed beside this package goes along."""
    own = Path(__file__).parent.parent
    shutil.copytree(
        own,
        place / own.name,
        ignore=shutil.ignore_patterns("__pycache__", "bindings", "tool", "wit", "__main__.py"),
    )
