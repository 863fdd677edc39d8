"""`python -m assay_sdk bindings`: writes `assay_sdk/bindings` anew, for those who change the contract."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from . import componentize

BINDINGS = Path(__file__).parent.parent / "bindings"


def generate(place: Path) -> None:
    """Writes the generated package to `place`, which does not exist yet.

    Raises `Failure`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        componentize.run(["bindings", made], Path(scratch))
        # Imported from its top level by the package; here it lies inside.
        types = "componentize_py_types"
        shutil.copytree(made / "wit_world", place)
        shutil.copyfile(made / f"{types}.py", place / f"{types}.py")
        for file in sorted(place.rglob("*.py")):
            dots = "." * len(file.relative_to(place).parts)
            text = file.read_text(encoding="utf-8")
            text = text.replace(f"from {types} import", f"from {dots}{types} import")
            lines = (line.rstrip() for line in text.rstrip().splitlines())
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def renew() -> None:
    """Replaces the stand-in of this package.

    Raises `Failure`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "bindings"
        generate(place)
        shutil.rmtree(BINDINGS, ignore_errors=True)
        shutil.copytree(place, BINDINGS)
