"""What a project's manifest may say, and how mistakes in it are told."""

from __future__ import annotations

import os
import sys
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from . import MEASURES

from assay_sdk.tool import build, componentize, project, stand_in
from assay_sdk.tool.project import Failure

GOOD = '[project]\nname = "a-b"\nversion = "0.1.0"\n'


class Projects(unittest.TestCase):
    def setUp(self):
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = Path(temporary.name)

    def write(self, manifest, *modules):
        (self.dir / "pyproject.toml").write_text(manifest)
        for module in modules:
            (self.dir / module).parent.mkdir(parents=True, exist_ok=True)
            (self.dir / module).write_text("")

    def refused(self, text):
        with self.assertRaisesRegex(Failure, text):
            project.read(self.dir)

    def test_two_files_are_a_project(self):
        self.write(GOOD, "measure.py")
        read = project.read(self.dir)
        self.assertEqual((read.name, read.version, read.module), ("a-b", "0.1.0", "measure"))
        self.assertEqual(read.paths, [self.dir])

    def test_modules_are_found_by_name_and_under_src(self):
        for module, file in [("one", "src/one.py"), ("two", "two/__init__.py"), ("a.b", "a/b.py")]:
            self.write(f'{GOOD}[tool.assay]\nmodule = "{module}"\n', file)
            home = self.dir / "src" if file.startswith("src") else self.dir
            self.assertEqual(project.read(self.dir).paths, [home])

    def test_every_mistake_says_where_and_what(self):
        self.refused("no pyproject.toml\nhint: ")
        self.write("[project")
        self.refused("cannot read .*pyproject.toml: ")
        self.write('[project]\nname = "a"\n')
        self.refused(r"\[project\] says no version")
        self.write("project = 3")
        self.refused("project is no table")
        self.write(GOOD)
        self.refused("neither measure.py nor src/measure.py\nhint: ")
        self.write(f"{GOOD}[tool.assay]\nmodule = '../x'\n")
        self.refused("no module's name")
        self.write(f"{GOOD}[tool.assay]\npaths = 'x'\n", "measure.py")
        self.refused("a list of directories")
        self.write(f"{GOOD}[tool.assay]\npaths = ['absent']\n", "measure.py")
        self.refused("absent, which is no directory")

    def test_the_measures_here_are_projects_of_their_folders_names(self):
        found = sorted(path.parent for path in MEASURES.glob("*/pyproject.toml"))
        self.assertGreaterEqual(len(found), 5)
        for directory in found:
            self.assertEqual(project.read(directory).name, directory.name)

    def test_what_goes_into_a_component_holds_no_tools(self):
        build.sdk(self.dir / "sdk")
        inside = {path.name for path in (self.dir / "sdk/assay_sdk").iterdir()}
        self.assertIn("measure.py", inside)
        self.assertFalse(inside & {"tool", "bindings", "wit", "__main__.py"})


class Componentize(unittest.TestCase):
    def test_the_contract_is_packaged(self):
        self.assertIn("world.wit", {path.name for path in componentize.WIT.iterdir()})

    def test_its_own_words_are_shown_when_it_fails(self):
        with TemporaryDirectory() as scratch, patch.dict(os.environ, {componentize.PROGRAM: "false"}):
            with self.assertRaisesRegex(Failure, "componentize-py failed"):
                componentize.run(["bindings", "x"], Path(scratch))

    def test_a_missing_program_is_told_with_the_way_to_it(self):
        with patch.dict(os.environ), patch.dict(sys.modules):
            os.environ.pop(componentize.PROGRAM, None)
            with patch("importlib.util.find_spec", return_value=None):
                with self.assertRaisesRegex(Failure, "pip install componentize-py"):
                    componentize.command()

    def test_the_stand_in_is_what_the_contract_says(self):
        try:
            componentize.command()
        except Failure as absent:
            self.skipTest(str(absent))
        with TemporaryDirectory() as scratch:
            place = Path(scratch) / "bindings"
            stand_in.generate(place)
            self.assertEqual(texts(place), texts(stand_in.BINDINGS), "run python -m assay_sdk bindings")


def texts(of):
    return {str(path.relative_to(of)): path.read_text() for path in sorted(of.rglob("*.py"))}
