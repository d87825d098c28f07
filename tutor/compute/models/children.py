"""Programs that do the heavy work: their last words, and nothing left of them, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_KEPT_LINES = 60


@dataclass(frozen=True)
class Ended:
    """How a program ended, and its last words (standard output and error together)."""

    status: int
    last_words: str


def run_python(arguments: Sequence[str], extra: Mapping[str, str]) -> Ended:
    """Run this interpreter with ``arguments``, and keep its last words.

    ``extra`` adds to the environment. The child has a session of its own: Ctrl-C reaches only us, and
    whatever ends this call kills the child and all it started.
    """
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **extra},
        start_new_session=True,
        text=True,
        errors="replace",
    )
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        assert process.stdout is not None
        with process.stdout:
            last.extend(process.stdout)
        return Ended(process.wait(), "".join(last))
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
