"""The judge: a trusted process that runs hidden checks by pytest and calls the learner's code by wire.

It is a fork of its own zygote. It reports to its parent by frames:

``collected``   the checks in order: id, title, required
``protections`` the layers that confine a worker, told by it before it saw the learner's file
``loaded``      the learner's file was run in the first process
``calling``     the function that is being called (so that a timeout can name it)
``fresh``       asks for one more worker; answered with its socket and arena
``check``       one check's result
``done``        all is said; with the payload's bytes and the largest growth of peak memory
``fault``       the judge or a check itself is broken
"""

from __future__ import annotations

import base64
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from tutor.sandbox import wire


def prepare(options: dict[str, Any]) -> None:
    """Nothing comes before the imports here."""


def preload() -> None:
    """What the zygote of judges imports before it forks; no torch operation."""
    import importlib

    for name in ("torch", "numpy", "pytest", "_pytest.python", "tutor.grading.plugin"):
        importlib.import_module(name)


def child(request: wire.Frame, descriptors: list[int]) -> int:
    """What a fork of the judge's zygote does. Descriptors: report socket, then socket and arena of each worker."""
    import torch

    from tutor.sandbox.confinement.privileges import hide_from_neighbours

    if sys.platform == "linux":
        hide_from_neighbours()
    torch.set_num_threads(int(request.get("threads", 1)))
    report = socket.socket(fileno=descriptors[0])
    try:
        _judge(request, report, descriptors[1:])
    except wire.WireError:
        return 1
    except BaseException as problem:
        wire.send(report, {"fault": f"{type(problem).__name__}: {problem}"[:2000]})
        return 1
    return 0


def _judge(request: dict[str, Any], report: socket.socket, descriptors: list[int]) -> None:
    import pytest

    from tutor.grading.plugin import GradingPlugin, Session

    start = wire.receive(report)["start"]
    session = Session(
        report=report,
        source=base64.b64decode(start["source"]),
        path=start["path"],
        seed=int(start["seed"]),
        device=start["device"],
        processes=request["processes"],
        first_workers=[
            (descriptors[2 * n], descriptors[2 * n + 1], pid) for n, pid in enumerate(request["worker_pids"])
        ],
    )
    checks_file = Path(request["checks"])
    sys.path.insert(0, str(checks_file.parent.parent))
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory(prefix="judge-") as empty:
        os.chdir(empty)
        configuration = Path(empty) / "pytest.ini"
        configuration.write_text("[pytest]\n")
        plugin = GradingPlugin(session)
        # "no:terminal" is not possible without its options; a silent stream is.
        with open(os.devnull, "w") as silent:
            sys.stdout = sys.stderr = silent
            pytest.main(
                [
                    str(checks_file),
                    f"--rootdir={checks_file.parent.parent}",
                    f"--confcutdir={checks_file.parent}",
                    "-c",
                    str(configuration),
                    "--noconftest",
                    "--import-mode=importlib",
                    "--assert=plain",
                    "--capture=no",
                    "--strict-markers",
                    "-p",
                    "no:cacheprovider",
                    "-p",
                    "no:faulthandler",
                ],
                plugins=[plugin],
            )
        os.chdir("/")
    session.finish()
