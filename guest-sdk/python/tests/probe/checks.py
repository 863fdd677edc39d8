"""Counts checks; the first that fails is the probe's error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import pack, unpack
from typing import Any

from assay_sdk import Error, Tensor


class Checks:
    def __init__(self) -> None:
        self.made = 0

    def same(self, what: str, got: Any, expected: Any) -> None:
        self.made += 1
        if got != expected:
            raise Error(f"{what}: {got!r} instead of {expected!r}")

    def holds(self, what: str, fact: bool) -> None:
        self.same(what, fact, True)

    def tensor(self, what: str, got: Tensor, shape: Sequence[int], values: Sequence[float]) -> None:
        """Shape and values, these rounded to 32 bits."""
        self.same(f"shape of {what}", got.shape, tuple(shape))
        self.same(what, got.to_list(), [unpack("f", pack("f", value))[0] for value in values])

    def close(self, what: str, got: Sequence[float], expected: Sequence[float]) -> None:
        self.same(f"length of {what}", len(got), len(expected))
        for one, other in zip(got, expected):
            if not abs(one - other) <= 1e-5 * max(1.0, abs(other)):
                raise Error(f"{what}: {one} instead of {other}")

    def refused(self, what: str, call: Callable[[], Any], kind: type[Error]) -> None:
        self.made += 1
        try:
            call()
        except kind as refusal:
            if len(str(refusal)) < 10:
                raise Error(f"{what}: {refusal} says nothing") from None
            return
        raise Error(f"{what} was not refused")
