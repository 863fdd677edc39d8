"""The winning measure of 2020, of the Interpex team: Davies-Bouldin index × (1 − mixup accuracy).

Source, sign and scores: the README of the same measure in Rust, whose values are these bit for bit. The
two factors are the measures `davies-bouldin` and `mixup-accuracy`.
"""

from assay_sdk import Dataset, Measure, Network, export_measure
from class_index import mean_over_rounds
from label_mixup import accuracy


@export_measure
class DbiTimesMixup(Measure):
    NAME = "dbi-times-mixup"
    AUTHORS = ["Parth Natekar", "Manik Sharma"]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        return mean_over_rounds(network, dataset) * (1.0 - accuracy(network, dataset))
