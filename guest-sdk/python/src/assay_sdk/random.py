"""Random numbers that depend on a seed alone, drawn on the host's side.

Number `i` of a stream depends on (seed, stream, i) and nothing else: the same call gives the same
numbers on every machine, and a longer draw begins with a shorter one's. Give each purpose a stream of
its own; the seed is the one that `evaluate` was handed. The contract specifies the generator (Philox
4x32-10), so that it can be computed anywhere.

Python's own `random` starts from a state that was fixed when the component was built:
`random.Random(seed)` is the way to use it.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import _raw
from .errors import ask
from .tensor import Tensor


def normal(seed: int, stream: int, shape: Sequence[int]) -> Tensor:
    """Normal numbers of mean 0 and deviation 1. Work: 16 × elements.

    Raises `InvalidArgument` (more than 8 axes), `TooLarge`.
    """
    return Tensor._wrap(ask(_raw.tensors.Tensor.random_normal, seed, stream, list(shape)))


def uniform(seed: int, stream: int, shape: Sequence[int]) -> Tensor:
    """Uniform numbers in [0, 1), multiples of 2^-24. Work: 4 × elements.

    Raises as `normal`.
    """
    return Tensor._wrap(ask(_raw.tensors.Tensor.random_uniform, seed, stream, list(shape)))


def permutation(seed: int, stream: int, length: int) -> list[int]:
    """A random order of 0 to `length` - 1; at most 262,144. Work: 4 × length.

    Raises `TooLarge`: a task may have more examples than that.
    """
    return ask(_raw.tensors.Tensor.random_permutation, seed, stream, length)
