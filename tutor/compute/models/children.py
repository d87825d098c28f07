"""Programs that do the heavy work: their answers or last words, and nothing left of them, however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.errors import EnvironmentProblem, TutorProblem, UsageProblem

_KEPT_LINES = 60
_NO_SPACE = re.compile("No space left|Disk quota exceeded")
QUIET = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
"""For children that work on files alone: no network, no bars."""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and its last words (standard output and error together)."""

    status: int
    last_words: str

    @property
    def is_disk_full(self) -> bool:
        """Whether it failed for lack of space."""
        return self.status != 0 and _NO_SPACE.search(self.last_words) is not None

    @property
    def reason(self) -> str:
        """Why it failed, in its own last line; a signal has none."""
        if self.status < 0:
            return "it was killed, perhaps for lack of memory"
        said = [line.strip() for line in self.last_words.splitlines() if line.strip()]
        return f"its last words: {said[-1][:300] if said else 'none'}"


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


def ask(program: str, words: Sequence[str], scratch: Path, extra: Mapping[str, str]) -> dict[str, Any]:
    """What the program ``tutor.compute.models.PROGRAM`` answers (by `answer`) to ``words``.

    The answer crosses in a file of ``scratch``: what the libraries print can't be taken for it.

    Raises:
        UsageProblem, EnvironmentProblem: as the program raised it, or that it died.
    """
    file = scratch / f"{program}.answer"
    file.unlink(missing_ok=True)
    module = f"tutor.compute.models.{program}"
    ended = run_python(["-I", "-m", module, str(file), *words], {"TMPDIR": str(scratch), **extra})
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError):
        raise _died(ended, words) from None
    file.unlink()
    if (told := document.get("problem")) is not None:
        kind = UsageProblem if told["exit"] == UsageProblem.exit_code else EnvironmentProblem
        raise kind(told["message"], where=told["where"], next_step=told["next"])
    answer: dict[str, Any] = document["answer"]
    return answer


def answer(file: str, work: Callable[[], Mapping[str, Any]]) -> None:
    """In the child: write what ``work`` returns, or the problem that it raises, for `ask` to read."""
    try:
        document: dict[str, Any] = {"answer": dict(work())}
    except TutorProblem as problem:
        document = {"problem": problem.to_json()}
    Path(file).write_text(json.dumps(document), encoding="utf-8")


def _died(ended: Ended, words: Sequence[str]) -> EnvironmentProblem:
    where = words[1] if len(words) > 1 else ""
    if ended.is_disk_full:
        return EnvironmentProblem(
            "The disk is full. Nothing was kept.",
            where=where,
            next_step="Make room, or set TUTOR_MODELS to a folder on another disk.",
        )
    return EnvironmentProblem(
        f"A program that looks at the model failed: {ended.reason}.",
        where=where,
        next_step="'tutor doctor' tells which packages are there and which versions the tutor was tested with.",
    )
