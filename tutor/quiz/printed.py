"""What programs of a quiz file print: run in one isolated process, for proofs only.

The programs are the course author's, as trusted as its graders. What learners write never comes here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence

SECONDS = 60.0
_RUNNER = """
import contextlib, io, json, sys
printed = []
for source in json.load(sys.stdin):
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(source, "code", "exec"), {"__name__": "__main__"})
    except BaseException as error:
        out.write(f"{type(error).__name__}: {error}")
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""


def printed_by(sources: Sequence[str]) -> list[str]:
    """What each program prints, in order. An exception counts as printed: ``ValueError: …``.

    All of them together have a minute; after it, or when the process dies, each is said to
    have printed that instead.
    """
    if not sources:
        return []
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", _RUNNER],
                input=json.dumps(list(sources)),
                capture_output=True,
                text=True,
                timeout=SECONDS,
                cwd=folder,
                check=True,
            )
        except subprocess.TimeoutExpired:
            return [f"nothing within {SECONDS:g} seconds"] * len(sources)
        except subprocess.CalledProcessError as error:
            return [f"nothing: the process ended with status {error.returncode}"] * len(sources)
    printed: list[str] = json.loads(done.stdout)
    return printed
