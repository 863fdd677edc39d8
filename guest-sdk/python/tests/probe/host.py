"""Budget, log, random numbers, and mistakes that only the host can find."""

from __future__ import annotations

from assay_sdk import (
    Dataset,
    InvalidArgument,
    Network,
    Objective,
    OutOfRange,
    ShapeMismatch,
    Tap,
    Tensor,
    budget,
    log,
    random,
)
from checks import Checks


def log_budget_random(checks: Checks, seed: int) -> None:
    log.debug("a message while it is written")
    log.info("a message of what was found: °")
    checks.holds("work left", 0 < budget.work_left() < budget.work_limit())
    before = budget.fuel_left()
    checks.holds("fuel left", before < budget.fuel_limit())
    checks.holds("fuel goes down", budget.fuel_left() < before)
    drawn = random.normal(seed, 1, (3, 4))
    checks.same("normal", drawn.shape, (3, 4))
    checks.same("the same again", random.normal(seed, 1, (12,)).to_list(), drawn.to_list())
    uniform = random.uniform(seed, 2, (100,))
    checks.holds("uniform", 0 <= uniform.min() and uniform.max() < 1)
    checks.same("permutation", sorted(random.permutation(seed, 3, 10)), list(range(10)))


def refusals(checks: Checks, network: Network, dataset: Dataset) -> None:
    batch = dataset.batch(0, 2)
    wrong = Tensor.full((2, 1), 0)
    last = len(network.layers)
    checks.refused("a batch of another shape", lambda: network.logits(wrong), ShapeMismatch)
    checks.refused("no tap", lambda: network.activations(batch, []), InvalidArgument)
    outside = [Tap.output(last)]
    checks.refused("no such layer", lambda: network.activations(batch, outside), OutOfRange)
    far = Objective.cross_entropy([dataset.classes] * 2)
    checks.refused("no such class", lambda: network.objective(0, batch, far), OutOfRange)
    checks.refused("no such example", lambda: dataset.batch(dataset.examples, 1), OutOfRange)
    none = {len(network.parameters): wrong}
    checks.refused("no such parameter", lambda: network.with_parameters(none), OutOfRange)
