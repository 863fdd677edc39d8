"""The recipes of the cookbook: each loads by itself, and names nothing that the SDK does not have."""

from __future__ import annotations

import ast
import re
import unittest
from pathlib import Path

import assay_sdk
from assay_sdk import Dataset, Network, Tensor

COOKBOOK = Path(__file__).parents[3] / "docs" / "cookbook.md"

# What a name of a recipe is known to be.
KINDS: dict[str, type] = {
    "network": Network,
    "dataset": Dataset,
    "inputs": Tensor,
    "batch": Tensor,
}


def recipes() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", COOKBOOK.read_text("utf-8"), re.DOTALL | re.MULTILINE)


class Cookbook(unittest.TestCase):
    def test_recipes_load_and_define_what_can_be_called(self):
        found = recipes()
        self.assertGreaterEqual(len(found), 6)
        for source in found:
            names: dict[str, object] = {}
            exec(compile(source, str(COOKBOOK), "exec"), names)
            functions = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
            self.assertTrue(functions, source)
            self.assertTrue(all(callable(names[function]) for function in functions))

    def test_every_attribute_that_is_asked_of_the_host_is_there(self):
        for source in recipes():
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    # A class of the SDK, one of its modules, or something of the recipe's own.
                    kind = KINDS.get(node.value.id) or getattr(assay_sdk, node.value.id, None)
                    there = kind is None or hasattr(kind, node.attr)
                    self.assertTrue(there, f"{node.value.id}.{node.attr} in\n{source}")
