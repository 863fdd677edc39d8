"""The command: `python -m assay_sdk build DIR -o FILE.wasm`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .tool import build, stand_in
from .tool.project import Failure


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m assay_sdk", description="Makes measures written in Python into components."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build", help="build a project's component")
    builder.add_argument("dir", type=Path, help="the project: where its pyproject.toml lies")
    builder.add_argument(
        "-o", "--output", type=Path, help="where to write it (default: the project's name, .wasm)"
    )
    commands.add_parser(
        "bindings", help="write assay_sdk/bindings anew (for those who change the contract)"
    )
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    try:
        if chosen.command == "bindings":
            stand_in.renew()
        else:
            output = chosen.output or Path(f"{chosen.dir.resolve().name}.wasm")
            print(f"{output}: {build.build(chosen.dir, output)} bytes", file=sys.stderr)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
