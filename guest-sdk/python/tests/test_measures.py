"""The parts of the measures that compute by themselves. What they ask the host is tested by running them."""

from __future__ import annotations

import unittest
from math import inf, nan

from . import load

mixup = load("mixup-accuracy", "label_mixup")
load("davies-bouldin", "early_features")
index = load("davies-bouldin", "class_index")


class Mixup(unittest.TestCase):
    def test_every_pair_of_a_class_comes_once(self):
        pairs = mixup.pairs_of_equal_labels([7, 2, 7, 7, 2, 0])
        self.assertEqual(pairs, [(1, 4, 2), (0, 2, 7), (0, 3, 7), (2, 3, 7)])
        self.assertEqual(mixup.pairs_of_equal_labels([3, 1, 2]), [])
        self.assertEqual(len(mixup.pairs_of_equal_labels([4] * 10)), 45)

    def test_fractions_are_those_of_each_class(self):
        pairs = mixup.pairs_of_equal_labels([7, 2, 7, 7, 2, 0])
        self.assertEqual(mixup.kept(pairs, [1, 7, 7, 0]), {2: 0.0, 7: 2 / 3})


class Index(unittest.TestCase):
    def test_labels_are_numbered_by_those_present(self):
        self.assertEqual(index.numbered([7, 2, 7, 9]), ([1, 0, 1, 2], [1, 2, 1]))

    def test_the_worst_neighbour_of_each_group_counts(self):
        between = [[0.0, 2.0, 4.0], [2.0, 0.0, 8.0], [4.0, 8.0, 0.0]]
        # Ratios: groups 0 and 1 3/2, 0 and 2 5/4, 1 and 2 6/8.
        self.assertEqual(index.combine([1.0, 2.0, 4.0], between), (1.5 + 1.5 + 1.25) / 3)

    def test_coincident_centroids_are_infinitely_far_and_nothing_is_nothing(self):
        between = [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
        self.assertEqual(index.combine([1.0, 1.0, 1.0], between), 2.0)
        self.assertEqual(index.combine([0.0, 0.0, 0.0], between), 0.0)
        self.assertEqual(index.combine([1.0, 1.0], [[0.0] * 2] * 2), 0.0)

    def test_what_is_no_number_is_passed_over_as_in_rust(self):
        self.assertEqual(index.largest([nan, 1.0, nan, 0.5]), 1.0)
        self.assertEqual(index.largest([nan]), 0.0)
        self.assertEqual(index.largest([inf, nan]), inf)
        self.assertFalse(index.vanish([0.0, nan]))
