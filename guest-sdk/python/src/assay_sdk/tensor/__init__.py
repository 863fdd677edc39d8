"""Tensors: arrays of 32-bit floats on the host's side.

By purpose: values across the border in `values`, new arrangements of the same values in `arrange`,
slices in `slicing`, functions of single values in `unary`, functions of pairs and the operators in
`binary`, reductions in `reduce`, orders of rows in `order`, products of rows in `products`,
decompositions in `linear`.
"""

from __future__ import annotations

from .arrange import Arrange, Padding
from .binary import Binary, BinaryOp
from .linear import Eigen, Linear, Svd
from .order import Order, Ranking
from .products import Products
from .reduce import Reduce, ReduceOp
from .slicing import Slicing
from .unary import Unary, UnaryOp
from .values import Values

__all__ = ["BinaryOp", "Eigen", "Padding", "Ranking", "ReduceOp", "Svd", "Tensor", "UnaryOp"]


class Tensor(Values, Arrange, Slicing, Unary, Binary, Reduce, Order, Products, Linear):
    """A handle to an array of 32-bit floats on the host's side. It never changes; dropping the last
    reference (`del x`, or the end of a function) frees the host's memory.

    Shapes are row-major tuples of axis lengths, at most 8 axes; `()` is a scalar. At most 2^26 elements
    in one tensor, 2 GiB and 4,096 tensors alive.

    Arithmetic, comparisons and slices read as in NumPy. Shapes broadcast: they are aligned from the
    last axis, and an axis of length 1 repeats. Numbers cross as 32-bit floats.

        middle = (a + b) * 0.5
        spread = (a - middle).square().sum()
        first = x[:, ::2, -1]
        share = (x > 0).mean()

    Each operation is a call to the host: 1000 units of work, and what its documentation says. Methods
    raise an `Error` where the host refuses the call.
    """

    __slots__ = ()
