"""What an engine is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.grading import Submission


@dataclass(frozen=True)
class Key:
    """What makes two gradings the same one: the bytes, the checks, and the kind of device."""

    exercise: str
    sha256: str
    grader_hash: str
    device: str


@dataclass(frozen=True)
class Job:
    """One grading to be done. ``size`` is the file's true length, ``data`` at most what a grader takes."""

    key: Key
    data: bytes
    size: int
    seed: int

    @property
    def submission(self) -> Submission:
        """Called after its exercise in verdicts: identical files of several students share one."""
        name = f"{self.key.exercise.replace('-', '_')}.py"  # as 'tutor start' calls it
        return Submission(Path(name), self.data, self.key.sha256, self.size)


@dataclass(frozen=True)
class Outcome:
    """How a grading ended: a ``tutor.verdict/1`` document, or the fault that kept it from one.

    ``exit_code`` is that of the fault: 3 the machine's, 5 the grader's own.
    """

    verdict: Mapping[str, Any] | None
    message: str = ""
    exit_code: int = 0

    @property
    def is_fault(self) -> bool:
        """Whether there is no verdict: nothing is known of the submission."""
        return self.verdict is None
