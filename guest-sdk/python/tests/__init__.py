"""Tests that run natively, without a component: `python3 -m unittest discover -t . -s tests`, in the
directory above. They need nothing but Python.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

PYTHON = Path(__file__).parent.parent
MEASURES = PYTHON / "measures"

# The package of this checkout, whatever is installed.
sys.path.insert(0, str(PYTHON / "src"))


def load(measure: str, module: str) -> ModuleType:
    """A module of a measure, outside of any component. Not its `measure`, of which each has one."""
    sys.path.insert(0, str(MEASURES / measure))
    try:
        return importlib.import_module(module)
    finally:
        sys.path.pop(0)
