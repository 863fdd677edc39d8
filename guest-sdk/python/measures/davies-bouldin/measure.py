"""The index of Davies and Bouldin over the classes, of an early layer's features.

Source, sign and scores: the README of the same measure in Rust, whose values are these bit for bit.
"""

from assay_sdk import Dataset, Measure, Network, export_measure
from class_index import mean_over_rounds


@export_measure
class DaviesBouldin(Measure):
    NAME = "davies-bouldin"
    AUTHORS = ["Parth Natekar", "Manik Sharma"]

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        return mean_over_rounds(network, dataset)
