"""What a measure written in Python depends on.

A measure receives one trained network and the task's training data, and returns one number; larger means
that the network is expected to generalise worse. Tensors stay on the host's side: a measure holds
handles, and the host does the heavy work.

    from assay_sdk import Dataset, Measure, Network, export_measure

    @export_measure
    class TrainingError(Measure):
        NAME = "training-error"
        AUTHORS = ["Ada Example"]

        def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
            wrong = 0
            for batch in dataset.batches(100):
                predicted = network.logits(batch.inputs).arg_max()
                wrong += sum(p != label for p, label in zip(predicted, batch.labels))
            return wrong / dataset.examples

`python -m assay_sdk build DIR -o FILE.wasm` makes the component.

Mistakes are exceptions: an `Error` where the host refuses a call or the measure has no value, anything
else where the author's Python goes wrong. Either fails the unit, unless the measure catches it.

Every call to the host costs 1000 units of work, plus a quarter of the bytes that cross, plus what the
function's documentation says (one unit is about one multiply-add). See `budget`.

Must not know: the host. This package depends on the contract and on what componentize-py makes of it.

Begin with `Measure`, then `Tensor`.
"""

from __future__ import annotations

from . import budget, images, log, random
from ._shapes import WINDOW
from .data import Batch, Dataset, Statistics
from .errors import Error, InvalidArgument, OutOfRange, ShapeMismatch, TooLarge, Unsupported
from .measure import Measure, export_measure
from .network import (
    Activation,
    Descent,
    Layer,
    LayerKind,
    Network,
    Objective,
    Parameter,
    ParameterRole,
    Tangent,
    Tap,
    TapPoint,
    Window,
)
from .sums import total
from .tensor import BinaryOp, Eigen, Padding, Ranking, ReduceOp, Svd, Tensor, UnaryOp

API_VERSION = "0.1.0"
"""The version of the contract `assay:measure` that this package speaks."""

__all__ = [
    "API_VERSION",
    "WINDOW",
    "Activation",
    "Batch",
    "BinaryOp",
    "Dataset",
    "Descent",
    "Eigen",
    "Error",
    "InvalidArgument",
    "Layer",
    "LayerKind",
    "Measure",
    "Network",
    "Objective",
    "OutOfRange",
    "Padding",
    "Parameter",
    "ParameterRole",
    "Ranking",
    "ReduceOp",
    "ShapeMismatch",
    "Statistics",
    "Svd",
    "Tangent",
    "Tap",
    "TapPoint",
    "Tensor",
    "TooLarge",
    "UnaryOp",
    "Unsupported",
    "Window",
    "budget",
    "export_measure",
    "images",
    "log",
    "random",
    "total",
]
