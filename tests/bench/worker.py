"""The line protocol of the workers: one JSON object in, one out.

A request names a command and its arguments, `{"do": "repeat", "times": 3}`; the answer is
`{"ok": VALUE}`, `{"unsupported": TEXT}` for what this side cannot do, or `{"error": TEXT}`. The driver
measures time and memory from outside, so a worker only has to do what it is told.
"""

import json
import sys
import traceback


class Unsupported(Exception):
    """This side has no way to do what was asked."""


def serve(commands):
    """Answers requests until the driver closes the pipe. `commands` maps names to functions."""
    # Libraries print; the driver reads the real stdout, which only answers reach.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": commands[request.pop("do")](**request)}
        except Unsupported as what:
            answer = {"unsupported": str(what)}
        except Exception:
            answer = {"error": traceback.format_exc(limit=-3)}
        print(json.dumps(answer), file=answers, flush=True)
