"""What a project's `pyproject.toml` says about its measure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Failure(Exception):
    """Why no component was made: what, where, and a hint."""


@dataclass
class Project:
    """A measure's project."""

    name: str
    """`project.name`."""
    version: str
    """`project.version`, which the component reports unless the measure sets its own."""
    module: str
    """`tool.assay.module`, `measure` if it is not set: importing it exports the measure."""
    paths: list[Path]
    """Where modules are looked for, the project's own place first, then `tool.assay.paths`."""


def read(directory: Path) -> Project:
    """Reads the project in a directory.

    Raises `Failure`.
    """
    manifest = directory / "pyproject.toml"
    try:
        said = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Failure(
            f"{directory} is not a Python measure project: it has no pyproject.toml\n"
            "hint: the README of assay-sdk shows the two files that a project takes"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Failure(f"cannot read {manifest}: {error}") from None
    name = text(manifest, said, "project", "name")
    version = text(manifest, said, "project", "version")
    settings = table(manifest, table(manifest, said, "tool"), "assay")
    module = settings.get("module", "measure")
    if not isinstance(module, str) or not all(part.isidentifier() for part in module.split(".")):
        raise Failure(f"{manifest}: tool.assay.module is no module's name: {module!r}")
    paths = settings.get("paths", [])
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise Failure(f"{manifest}: tool.assay.paths is a list of directories, not {paths!r}")
    own = home(directory, module)
    return Project(
        name, version, module, [own, *(existing(manifest, directory / path) for path in paths)]
    )


def home(directory: Path, module: str) -> Path:
    """The directory under which a module lies: the project's own or its `src`.

    Raises `Failure`.
    """
    stem = module.replace(".", "/")
    for place in (directory, directory / "src"):
        if (place / f"{stem}.py").is_file() or (place / stem / "__init__.py").is_file():
            return place
    raise Failure(
        f"{directory} has neither {stem}.py nor src/{stem}.py\n"
        'hint: `module = "NAME"` under [tool.assay] in pyproject.toml names another module'
    )


def existing(manifest: Path, path: Path) -> Path:
    if not path.is_dir():
        raise Failure(f"{manifest}: tool.assay.paths names {path}, which is no directory")
    return path


def table(manifest: Path, of: dict[str, Any], key: str) -> dict[str, Any]:
    found = of.get(key, {})
    if not isinstance(found, dict):
        raise Failure(f"{manifest}: {key} is no table")
    return found


def text(manifest: Path, of: dict[str, Any], section: str, key: str) -> str:
    found = table(manifest, of, section).get(key)
    if not isinstance(found, str) or not found:
        raise Failure(f"{manifest}: [{section}] says no {key}")
    return found
