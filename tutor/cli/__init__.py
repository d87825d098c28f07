"""The command line: parses, calls the engine, prints, exits. It decides nothing of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tutor.compute import telemetry


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (``sys.argv`` if no arguments are given) and return its exit code."""
    try:
        os.environ.update(telemetry.OFF)  # this process and all that it starts
        from tutor.cli.entry import run

        return run(arguments)
    except KeyboardInterrupt:  # so early that no command could answer it
        return 130
