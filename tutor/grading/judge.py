"""The judge: a trusted process that runs hidden checks by pytest and calls the learner's code by wire.

It is a fork of its own zygote. It reports to its parent by frames:

``collected``   the checks in order: id, title, required
``protections`` the layers that confine a worker, told by it before it saw the learner's file
``loaded``      the learner's file was run in the first process
``calling``     the function that is being called, where that lasts (so that a timeout can name it)
``fresh``       asks for one more worker; answered with its socket and arena
``check``       one check's result
``working``     how far a check is that takes long
``table``       a table that a check adds to the verdict
``done``        all is said; with the payload's bytes and the largest growth of peak memory
``fault``       the judge or a check itself is broken
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from tutor.sandbox import wire

UNUSED = (
    "cacheprovider",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "logging",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "subtests",
    "terminal",
    "threadexception",
    "unittest",
    "unraisableexception",
    "warnings",
)
"""Plugins of pytest's own that the judge does without: nobody reads what they print, and each takes its share of
every check. At its end, one of them alone collects garbage five times."""


def prepare(options: dict[str, Any]) -> None:
    """Nothing comes before the imports here."""


def preload() -> None:
    """What the zygote of judges imports before it forks; no torch operation."""
    import importlib

    for name in ("torch", "numpy", "pytest", "_pytest.python", "tutor.grading.plugin"):
        importlib.import_module(name)


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """What a fork of the judge's zygote does: collect the checks, then wait for a submission to judge.

    Descriptor: the report socket. The submission comes later, with sockets and arenas of two workers, so
    that a spare judge can have collected before there is anything to judge.
    """
    import torch

    from tutor.sandbox.confinement.privileges import hide_from_neighbours

    if sys.platform == "linux":
        hide_from_neighbours()
    torch.set_num_threads(int(request["threads"]))
    report = socket.socket(fileno=descriptors[0])
    try:
        _judge(Path(request["checks"]), report)
    except wire.WireError:
        return 1
    except BaseException as problem:
        wire.send(report, {"fault": f"{type(problem).__name__}: {problem}"[:2000]})
        return 1
    return 0


def _judge(checks_file: Path, report: socket.socket) -> None:
    import pytest

    from tutor.grading.plugin import GradingPlugin

    graders = checks_file.parent.parent
    sys.path.insert(0, str(graders))
    sys.dont_write_bytecode = True
    plugin = GradingPlugin(report)
    with open(os.devnull, "w") as silent:
        sys.stdout = sys.stderr = silent
        pytest.main(
            [
                str(checks_file),
                f"--rootdir={graders}",
                f"--confcutdir={checks_file.parent}",
                f"-c{os.devnull}",
                "--noconftest",
                "--import-mode=importlib",
                "--assert=plain",
                "--capture=no",
                "--strict-markers",
                *(f"-pno:{name}" for name in UNUSED),
            ],
            plugins=[plugin],
        )
    plugin.finish()
