"""The judge: a trusted process that runs hidden checks by pytest and calls the learner's code by wire.

It is a fork of a process that has collected the checks, itself a fork of the judges' zygote. It reports by frames:

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
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.sandbox import wire
from tutor.sandbox.zygote import Zygote, settle

if TYPE_CHECKING:
    from tutor.grading.plugin import GradingPlugin

UNUSED = (
    "assertion",
    "cacheprovider",
    "capture",
    "debugging",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "pastebin",
    "reports",
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


def preload() -> None:
    """What the zygote of judges imports beside what the stem has, before it forks; no torch operation."""
    import importlib

    for name in ("pytest", "_pytest.python", "tutor.grading.plugin"):
        importlib.import_module(name)


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """What a fork of the judges' zygote does: collect an exercise's checks, then judge one submission by them.

    With ``serve`` in the request it takes orders instead, and forks judges that hold the checks. Descriptor: the socket
    of reports, or that of orders. The submission comes later, with sockets and arenas of two workers, so that a spare
    judge can wait with all that is ready before there is anything to judge.
    """
    statuses = [1]

    def go_on(plugin: GradingPlugin) -> None:
        judge = _Judge(plugin)
        if request.get("serve"):
            settle()
            Zygote(socket.socket(fileno=descriptors[0]), judge).run()
        else:
            statuses.append(judge.child(request, descriptors))

    _hide()
    _collect(Path(request["checks"]), go_on)
    return statuses[-1]


class _Judge:
    """A process that holds the checks: what it does itself, or a fork of it."""

    def __init__(self, plugin: GradingPlugin) -> None:
        self._plugin = plugin

    def child(self, request: wire.Frame, descriptors: list[int]) -> int:
        import torch

        from tutor.grading.proxy import SolutionLost

        _hide()
        torch.set_num_threads(int(request["threads"]))
        report = socket.socket(fileno=descriptors[0])
        try:
            self._plugin.judge(report)
        except (
            wire.WireError,
            SolutionLost,
        ):  # nobody listens, or a worker was gone before it got the file: no word
            return 1
        except BaseException as problem:
            wire.send(report, {"fault": f"{type(problem).__name__}: {problem}"[:2000]})
            return 1
        return 0


def _hide() -> None:
    if sys.platform == "linux":
        from tutor.sandbox.confinement.privileges import hide_from_neighbours

        hide_from_neighbours()


def _collect(checks_file: Path, go_on: Callable[[GradingPlugin], None]) -> None:
    """Has pytest collect the checks; it then calls ``go_on``."""
    import pytest

    from tutor.grading.plugin import GradingPlugin

    graders = checks_file.parent.parent
    sys.path.insert(0, str(graders))
    sys.dont_write_bytecode = True
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
                "--strict-markers",
                *(f"-pno:{name}" for name in UNUSED),
            ],
            plugins=[GradingPlugin(go_on)],
        )
