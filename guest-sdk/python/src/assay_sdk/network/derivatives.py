"""Objectives of the logits, and their derivatives.

In all of these the batch enters at layer `layer`: 0 for examples of the input's shape, a later layer for
activations `(examples, *its input shape)`. At a kink of relu, relu6, hard sigmoid or elu the derivative
is that of the left side (0 for relu); a maximum passes its gradient to the first of equals. Moving
statistics of batch norms count as constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _raw
from ..errors import ask
from ..tensor import Tensor
from .passes import tensors
from .structure import Structure, Tap


class Objective:
    """A function of the logits that gives one number for each example. Labels are one class for each
    example.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @classmethod
    def cotangent(cls, numbers: Tensor) -> Objective:
        """The sum of the logits times these numbers, `(examples, classes)`: derivatives are then products
        of this cotangent with the Jacobian.
        """
        return cls(_raw.networks.Objective_Cotangent(numbers._raw))

    @classmethod
    def cross_entropy(cls, labels: Sequence[int]) -> Objective:
        """Cross-entropy of the softmax of the logits with a label, in nats."""
        return cls(_raw.networks.Objective_CrossEntropy(list(labels)))

    @classmethod
    def soft_cross_entropy(cls, target: Tensor) -> Objective:
        """Cross-entropy of the softmax of the logits with probabilities `(examples, classes)`."""
        return cls(_raw.networks.Objective_SoftCrossEntropy(target._raw))

    @classmethod
    def squared_error(cls, target: Tensor) -> Objective:
        """Half the squared distance of the logits from `(examples, classes)`."""
        return cls(_raw.networks.Objective_SquaredError(target._raw))

    @classmethod
    def logit(cls, classes: Sequence[int]) -> Objective:
        """One class's logit."""
        return cls(_raw.networks.Objective_Logit(list(classes)))

    @classmethod
    def logit_difference(cls, pairs: Sequence[tuple[int, int]]) -> Objective:
        """The first class's logit minus the second's."""
        return cls(_raw.networks.Objective_LogitDifference(list(pairs)))

    @classmethod
    def margin(cls, labels: Sequence[int]) -> Objective:
        """The label's logit minus the largest other; of equal others the first counts."""
        return cls(_raw.networks.Objective_Margin(list(labels)))


class Tangent:
    """What a derivative is taken along."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @classmethod
    def batch(cls, change: Tensor) -> Tangent:
        """A change of the batch, of its shape."""
        return cls(_raw.networks.Tangent_Batch(change._raw))

    @classmethod
    def parameters(cls, changes: Sequence[Tensor]) -> Tangent:
        """A change of the parameters: one tensor for each, in their order and shapes."""
        return cls(_raw.networks.Tangent_Parameters([change._raw for change in changes]))


class Derivatives(Structure):
    """Part of `Network`."""

    def objective(self, layer: int, batch: Tensor, objective: Objective) -> Tensor:
        """Values of an objective, `(examples,)`. Work: as `logits_from`.

            loss = network.objective(0, batch, Objective.cross_entropy(labels)).mean()

        Raises `ShapeMismatch`, `OutOfRange` (layer or class), `Unsupported` (the network's output is not
        a row of logits), `TooLarge`.
        """
        return Tensor._wrap(ask(self._raw.objective, layer, batch._raw, objective._raw))

    def gradients(
        self, layer: int, batch: Tensor, objective: Objective, taps: Sequence[Tap]
    ) -> list[Tensor]:
        """Gradients of each example's objective with respect to its own activations at `taps` (at most
        256), `(examples, *shape)` each: vector-Jacobian products. The batch itself is
        `Tap.input(layer)`. Work: 3 × examples × the multiply-adds from `layer` on.

            [gradient] = network.gradients(0, batch, Objective.margin(labels), [Tap.input(0)])
            sharpness = gradient.flatten_rows().l2_norm(axis=1).mean()

        Raises as `objective`, and `InvalidArgument` (no tap).
        """
        return tensors(self._raw.gradients, layer, batch._raw, objective._raw, list(taps))

    def parameter_gradients(self, layer: int, batch: Tensor, objective: Objective) -> list[Tensor]:
        """Gradients of the sum of the examples' objectives with respect to the parameters, in their order
        and shapes; zeros for moving statistics and for layers before `layer`. Work: 4 × examples × the
        multiply-adds from `layer` on, and the parameters' elements.

        Raises as `objective`.
        """
        return tensors(self._raw.parameter_gradients, layer, batch._raw, objective._raw)

    def jacobian_vector(
        self, layer: int, batch: Tensor, tangent: Tangent, taps: Sequence[Tap]
    ) -> list[Tensor]:
        """Derivatives of the activations at `taps` along a tangent, `(examples, *shape)` each:
        Jacobian-vector products. Tangents of moving statistics count as zeros. Work: 4 × examples × the
        multiply-adds from `layer` up to the last tap, and the tangent's elements.

        Raises `ShapeMismatch`, `OutOfRange` (no such layer, or a tap before it), `InvalidArgument` (no
        tap, or a tangent of the wrong length), `TooLarge`.
        """
        return tensors(self._raw.jacobian_vector, layer, batch._raw, tangent._raw, list(taps))

    def hessian_vector(
        self, layer: int, batch: Tensor, objective: Objective, tangent: Tangent
    ) -> list[Tensor]:
        """Hessian-vector products of the sum of the examples' objectives: for a tangent of the batch one
        tensor of its shape (second derivatives with respect to the batch), for one of the parameters a
        tensor for each of them. Work: 10 × examples × the multiply-adds from `layer` on, and twice the
        tangent's elements.

            # One step of power iteration for the largest curvature of the loss.
            loss = Objective.cross_entropy(labels)
            curved = network.hessian_vector(0, batch, loss, Tangent.parameters(direction))
            norm = math.sqrt(sum(part.square().sum() for part in curved))
            direction = [part / norm for part in curved]

        Raises as `jacobian_vector`, and `Unsupported` (the network's output is not a row of logits).
        """
        return tensors(self._raw.hessian_vector, layer, batch._raw, objective._raw, tangent._raw)
