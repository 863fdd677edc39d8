"""A measure that calls every function of the SDK and checks what comes back; its value is the number of
checks. What the functions compute is the business of the host's own tests; here it is asked whether each
of them arrives, with its arguments in their places, and brings back what its documentation says.
"""

from assay_sdk import Dataset, Measure, Network, export_measure
from checks import Checks
from host import log_budget_random, refusals
from networks import copies, data, derivatives, passes, structure
from pictures import pictures
from tensors import arrangements, orders, pairs, products, reductions, singles, slices, values


@export_measure
class Probe(Measure):
    NAME = "python-probe"
    AUTHORS = ["Assay"]

    def __init__(self) -> None:
        self.prepared = [x * x for x in range(10)]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        checks = Checks()
        checks.same("what was computed at the build", self.prepared[-1], 81)
        for part in (values, arrangements, slices, singles, pairs, reductions, orders, products):
            part(checks)
        log_budget_random(checks, seed)
        data(checks, dataset)
        for part in (structure, passes, derivatives, copies):
            part(checks, network, dataset)
        pictures(checks)
        refusals(checks, network, dataset)
        return checks.made
