"""Tensors and what can be done with them."""

from __future__ import annotations

import math

from assay_sdk import (
    WINDOW,
    BinaryOp,
    InvalidArgument,
    OutOfRange,
    ReduceOp,
    ShapeMismatch,
    Tensor,
    TooLarge,
    UnaryOp,
)
from checks import Checks

SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def six() -> Tensor:
    return Tensor.from_values((2, 3), SIX)


def values(checks: Checks) -> None:
    x = six()
    checks.tensor("from_values", x, (2, 3), SIX)
    checks.same("a window", x.read(2, 3), [3.0, 4.0, 5.0])
    checks.same("a scalar", Tensor.from_scalar(-0.5).scalar(), -0.5)
    checks.same("float", float(Tensor.from_values((1, 1), [7])), 7.0)
    checks.holds("bool", bool((x > 0).min()) and not Tensor.from_scalar(0.0))
    checks.tensor("full", Tensor.full((2, 2), 0.1), (2, 2), [0.1] * 4)
    checks.tensor("one_hot", Tensor.one_hot([2, 0], 3), (2, 3), [0, 0, 1, 1, 0, 0])
    checks.same("repr", repr(x), "Tensor[2, 3]")
    long = Tensor.from_values((WINDOW + 1,), [1.5] * WINDOW + [2.5])
    checks.same("a list over the window", long.to_list()[-2:], [1.5, 2.5])
    checks.refused("scalar of six", x.scalar, ShapeMismatch)
    checks.refused("a read past the end", lambda: x.read(4, 3), OutOfRange)
    checks.refused("six values as 2 x 2", lambda: Tensor.from_values((2, 2), SIX), ShapeMismatch)
    checks.refused("full with 9 axes", lambda: Tensor.full((1,) * 9, 0), InvalidArgument)
    checks.refused("full beyond a tensor", lambda: Tensor.full((1 << 27,), 0), TooLarge)


def arrangements(checks: Checks) -> None:
    x = six()
    checks.tensor("reshape", x.reshape(3, -1), (3, 2), SIX)
    checks.tensor("flatten_rows", x.reshape(1, 2, 3).flatten_rows(), (1, 6), SIX)
    checks.tensor("insert_axis", x.insert_axis(1), (2, 1, 3), SIX)
    checks.tensor("permute", x.permute(1, 0), (3, 2), [1, 4, 2, 5, 3, 6])
    checks.tensor("T", x.T, (3, 2), [1, 4, 2, 5, 3, 6])
    checks.tensor("slice", x.slice(1, 1, 3), (2, 2), [2, 3, 5, 6])
    checks.tensor("gather_rows", x.gather_rows([1, 0, 1]), (3, 3), [4, 5, 6, 1, 2, 3, 4, 5, 6])
    checks.tensor("concat", Tensor.concat([x, x[:, :1]], axis=1), (2, 4), [1, 2, 3, 1, 4, 5, 6, 4])
    checks.tensor("stack", Tensor.stack([x[0], x[1] * 2]), (2, 3), [1, 2, 3, 8, 10, 12])
    checks.tensor("pad", x.pad([(0, 1), (1, 0)], 9), (3, 4), [9, 1, 2, 3, 9, 4, 5, 6, 9, 9, 9, 9])
    checks.refused("permute twice the same", lambda: x.permute(0, 0), InvalidArgument)
    checks.refused("slice past the end", lambda: x.slice(1, 1, 9), OutOfRange)
    checks.refused("concat of nothing", lambda: Tensor.concat([]), InvalidArgument)


def slices(checks: Checks) -> None:
    x = Tensor.from_values((2, 3, 2), range(12))
    checks.tensor("a row", x[1], (3, 2), [6, 7, 8, 9, 10, 11])
    checks.tensor("a column from the end", x[..., -1], (2, 3), [1, 3, 5, 7, 9, 11])
    checks.tensor("a range", x[:, 1:], (2, 2, 2), [2, 3, 4, 5, 8, 9, 10, 11])
    checks.tensor("every other, backwards", x[0, ::-2], (2, 2), [4, 5, 0, 1])
    checks.tensor("a list on axis 1", x[:, [2, 0], 0], (2, 2), [4, 0, 10, 6])
    checks.tensor("a new axis", x[0, None, 0], (1, 2), [0, 1])
    checks.same("rows", [row.shape for row in x], [(3, 2)] * 2)
    checks.refused("a row past the end", lambda: x[2], OutOfRange)


def singles(checks: Checks) -> None:
    x = Tensor.from_values((4,), [-1.5, 0.0, 0.25, 2.5])
    source = x.to_list()
    for name, function in {
        "abs": abs,
        "square": lambda v: v * v,
        "exp": math.exp,
        "tanh": math.tanh,
        "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
        "relu": lambda v: max(v, 0.0),
        "sign": lambda v: (v > 0) - (v < 0),
        "floor": math.floor,
        "ceil": math.ceil,
        "round": round,
        "sin": math.sin,
        "cos": math.cos,
        "expm1": math.expm1,
        "erf": math.erf,
    }.items():
        got = getattr(x, name)()
        checks.close(name, got.to_list(), [function(value) for value in source])
    positive = Tensor.from_values((2,), [0.25, 4.0])
    for name, expected in {
        "sqrt": [0.5, 2.0],
        "reciprocal": [4.0, 0.25],
        "log": [math.log(0.25), math.log(4.0)],
        "log1p": [math.log1p(0.25), math.log1p(4.0)],
        "softmax": [1 / (1 + math.exp(3.75)), 1 / (1 + math.exp(-3.75))],
        "log_softmax": [-3.75 - math.log1p(math.exp(-3.75)), -math.log1p(math.exp(-3.75))],
    }.items():
        checks.close(name, getattr(positive, name)().to_list(), expected)
    odd = Tensor.from_values((3,), [math.nan, math.inf, 1.0])
    checks.tensor("is_nan", odd.is_nan(), (3,), [1, 0, 0])
    checks.tensor("is_finite", odd.is_finite(), (3,), [0, 0, 1])
    checks.tensor("-x", -positive, (2,), [-0.25, -4])
    checks.tensor("+x and abs(x)", abs(+positive), (2,), [0.25, 4])
    checks.tensor("unary", positive.unary(UnaryOp.NEGATE), (2,), [-0.25, -4])


def pairs(checks: Checks) -> None:
    a, b = Tensor.from_values((2,), [3, -2]), Tensor.from_values((2,), [2, 4])
    for what, got, expected in [
        ("a + b", a + b, [5, 2]),
        ("a - b", a - b, [1, -6]),
        ("a * b", a * b, [6, -8]),
        ("a / b", a / b, [1.5, -0.5]),
        ("a ** b", a**b, [9, 16]),
        ("a + 1", a + 1, [4, -1]),
        ("1 + a", 1 + a, [4, -1]),
        ("1 - a", 1 - a, [-2, 3]),
        ("2 * a", 2 * a, [6, -4]),
        ("6 / a", 6 / a, [2, -3]),
        ("2 ** a", 2**a, [8, 0.25]),
        ("a < b", a < b, [0, 1]),
        ("a > b", a > b, [1, 0]),
        ("a <= 3", a <= 3, [1, 1]),
        ("a >= 3", a >= 3, [1, 0]),
        ("a == 3", a == 3, [1, 0]),
        ("a != 3", a != 3, [0, 1]),
        ("3 < b", 3 < b, [0, 1]),
        ("minimum", a.minimum(b), [2, -2]),
        ("maximum", a.maximum(0), [3, 0]),
        ("choose", (a > 0).choose(b, -1), [2, -1]),
        ("binary", a.binary(BinaryOp.DIVIDE, 2), [1.5, -1]),
    ]:
        checks.tensor(what, got, (2,), expected)
    checks.close("atan2", a.atan2(b).to_list(), [math.atan2(3, 2), math.atan2(-2, 4)])
    checks.tensor("broadcasting", a[:, None] * b, (2, 2), [6, 12, -4, -8])
    a += 1
    checks.tensor("a += 1", a, (2,), [4, -1])
    checks.refused("shapes that do not fit", lambda: six() + b, ShapeMismatch)


def reductions(checks: Checks) -> None:
    x = six()
    for name, every, rows in [
        ("sum", 21.0, [6, 15]),
        ("mean", 3.5, [2, 5]),
        ("max", 6.0, [3, 6]),
        ("min", 1.0, [1, 4]),
        ("variance", 35 / 12, [2 / 3, 2 / 3]),
        ("l1_norm", 21.0, [6, 15]),
        ("l2_norm", math.sqrt(91), [math.sqrt(14), math.sqrt(77)]),
    ]:
        function = getattr(x, name)
        checks.close(name, [function()], [every])
        checks.close(f"{name} of rows", function(axis=1).to_list(), rows)
        checks.same(f"{name}, kept", function(axis=-1, keepdims=True).shape, (2, 1))
    checks.tensor("sums of columns", x.sum(axis=0), (3,), [5, 7, 9])
    checks.same("all axes", x.sum(axis=(0, 1)).scalar(), 21.0)
    checks.same("reduce", x.reduce(ReduceOp.MAXIMUM).scalar(), 6.0)
    checks.same("arg_max", x.arg_max(), [2, 2])
    checks.same("arg_min", x.arg_min(), [0, 0])
    checks.refused("the mean of nothing", lambda: x[:0].mean(), ShapeMismatch)


def orders(checks: Checks) -> None:
    x = Tensor.from_values((2, 3), [3, 1, 2, 5, 5, 4])
    checks.tensor("sort", x.sort(), (2, 3), [1, 2, 3, 4, 5, 5])
    checks.tensor("sort descending", x.sort(descending=True), (2, 3), [3, 2, 1, 5, 5, 4])
    checks.same("arg_sort", x.arg_sort(), [1, 2, 0, 2, 0, 1])
    best = x.top_k(2)
    checks.tensor("top_k", best.values, (2, 2), [3, 2, 5, 5])
    checks.same("its positions", best.indices, [0, 2, 0, 1])
    checks.tensor("quantile", x.quantile(0.5), (2,), [2, 5])
    checks.tensor("cumulative_sum", x.cumulative_sum(), (2, 3), [3, 4, 6, 5, 10, 14])
    checks.tensor("pick", x.pick([0, 2]), (2,), [3, 4])
    checks.refused("a quantile of 2", lambda: x.quantile(2), InvalidArgument)
    checks.refused("the best 4 of 3", lambda: x.top_k(4), OutOfRange)


def products(checks: Checks) -> None:
    x = Tensor.from_values((2, 2), [1, 2, 3, 4])
    y = Tensor.from_values((2, 2), [0, 1, 1, 0])
    checks.tensor("matmul", x.matmul(y), (2, 2), [2, 1, 4, 3])
    checks.tensor("x @ y", x @ y, (2, 2), [2, 1, 4, 3])
    checks.tensor("gram", x.gram(), (2, 2), [5, 11, 11, 25])
    checks.tensor("squared_distances", x.squared_distances(y), (2, 2), [2, 4, 18, 20])
    checks.close("cosine_similarity", x.cosine_similarity(y)[1].to_list(), [0.8, 0.6])
    matrix = Tensor.from_values((2, 2), [2, 1, 1, 2])
    checks.close("singular_values", matrix.singular_values().to_list(), [3, 1])
    svd = matrix.svd()
    checks.close("svd", ((svd.u * svd.values) @ svd.v.T).reshape(4).to_list(), [2, 1, 1, 2])
    eigen = matrix.symmetric_eigen()
    checks.close("symmetric_eigen", eigen.values.to_list(), [1, 3])
    checks.same("its vectors", eigen.vectors.shape, (2, 2))
    right = Tensor.from_values((2, 1), [3, 3])
    checks.close("solve", matrix.solve(right).reshape(2).to_list(), [1, 1])
    checks.refused("solving what is not definite", lambda: y.solve(right), InvalidArgument)
    checks.refused("products that do not fit", lambda: x @ six().T, ShapeMismatch)
