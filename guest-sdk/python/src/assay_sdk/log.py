"""Messages to the author, shown on public tasks and thrown away on hidden ones.

Texts over 1,024 bytes are cut, and after 200 messages or 16 KiB the rest of a unit's messages is
dropped. `print` is not there: a component without WASI has no stdout, so printing stops the unit.
"""

from __future__ import annotations

from . import _raw


def debug(text: str) -> None:
    """Writes a message that matters while the measure is being written."""
    _raw.log.write(_raw.log.Level.DEBUG, text)


def info(text: str) -> None:
    """Writes a message about what the measure found."""
    _raw.log.write(_raw.log.Level.INFO, text)


def warning(text: str) -> None:
    """Writes a message about what looks wrong."""
    _raw.log.write(_raw.log.Level.WARNING, text)
