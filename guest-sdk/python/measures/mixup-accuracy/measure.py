"""Label-wise mixup accuracy of the Interpex team: how often the midpoint of two examples of a class is
predicted as that class. It *falls* where a network is expected to generalise worse.

Source, sign and scores: the README of the same measure in Rust, whose values are these bit for bit.
"""

from assay_sdk import Dataset, Measure, Network, export_measure
from label_mixup import accuracy


@export_measure
class MixupAccuracy(Measure):
    NAME = "mixup-accuracy"
    AUTHORS = ["Parth Natekar", "Manik Sharma"]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        return accuracy(network, dataset)
