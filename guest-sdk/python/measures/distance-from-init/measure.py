"""The competition's baseline: the sum over all parameter arrays of the squared L2 distance from where
training began.

Source, sign and scores: the README of the same measure in Rust, whose values are these bit for bit.
"""

from assay_sdk import Dataset, Measure, Network, export_measure, total


@export_measure
class DistanceFromInit(Measure):
    NAME = "distance-from-init"
    AUTHORS = ["PGDL organizers"]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        moved = (parameter.value() - parameter.initial() for parameter in network.parameters)
        return total(change.square().sum() for change in moved)
