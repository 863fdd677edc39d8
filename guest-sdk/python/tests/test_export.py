"""From a class to what the host calls, and what becomes of exceptions."""

from __future__ import annotations

import unittest
from unittest.mock import Mock, patch

from assay_sdk import Dataset, Error, Measure, Network, _raw, export_measure, log, measure
from assay_sdk.export import world


class Counting(Measure):
    NAME = "counting"
    AUTHORS = ("Ada", "Ben")

    def evaluate(self, network: Network, dataset: Dataset, seed: int) -> float:
        return dataset.examples + seed


def exported(kind, version="1.2.3"):
    with patch.object(measure, "_exported", []):
        export_measure(kind)
        return world(version)()


class Exports(unittest.TestCase):
    def test_describe_says_what_the_class_says(self):
        said = exported(Counting).describe()
        self.assertEqual(said, _raw.Description("counting", "1.2.3", ["Ada", "Ben"]))

    def test_a_measure_may_set_its_own_version(self):
        kind = type("Versioned", (Counting,), {"VERSION": "9"})
        self.assertEqual(exported(kind).describe().version, "9")

    def test_evaluate_hands_over_network_data_and_seed(self):
        dataset = Mock()
        dataset.examples.return_value = 40
        value = exported(Counting).evaluate(Mock(), dataset, 2)
        self.assertEqual((value, type(value)), (42.0, float))

    def test_a_second_measure_is_refused(self):
        with patch.object(measure, "_exported", []):
            export_measure(Counting)
            export_measure(Counting)
            with self.assertRaisesRegex(TypeError, "Counting is exported already"):
                export_measure(type("Second", (Counting,), {}))

    def test_what_is_no_measure_is_refused(self):
        nameless = type("Nameless", (Measure,), {"AUTHORS": [], "evaluate": Counting.evaluate})
        lone = type("Lone", (Counting,), {"AUTHORS": "Ada"})
        for wrong, text in [(Mock, "extends Measure"), (nameless, "no NAME"), (lone, "a list")]:
            with self.assertRaisesRegex(TypeError, text):
                exported(wrong)
        with patch.object(measure, "_exported", []), self.assertRaisesRegex(TypeError, "no measure"):
            world("1")
        with self.assertRaises(TypeError):
            exported(type("Abstract", (Measure,), {"NAME": "a", "AUTHORS": []}))


class Failures(unittest.TestCase):
    def failing(self, error):
        def evaluate(*_):
            raise error

        kind = type("Failing", (Counting,), {"evaluate": evaluate})
        lines = []
        with (
            patch.object(log, "debug", lambda text: lines.append(("debug", text))),
            patch.object(log, "warning", lambda text: lines.append(("warning", text))),
            self.assertRaises(_raw.Err) as caught,
        ):
            exported(kind).evaluate(Mock(), Mock(), 0)
        return caught.exception.value, lines

    def test_an_error_is_the_units_text(self):
        text, lines = self.failing(Error("no class has two examples"))
        self.assertEqual(text, "no class has two examples")
        self.assertEqual([level for level, _ in lines], ["debug"])

    def test_a_mistake_is_logged_with_its_place(self):
        text, [(level, line)] = self.failing(KeyError("a"))
        self.assertEqual((text, level), ("KeyError: 'a'", "warning"))
        self.assertRegex(line, r"^KeyError: 'a'\n  test_export\.py:\d+ in evaluate$")
