"""The class that was graded last: what ``--again`` and ``--plan`` mean where no folder is named."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tutor.errors import UsageProblem

FILE_NAME = "last-class.json"


@dataclass(frozen=True)
class LastClass:
    """Absolute paths, and the exercise and the student that were named for all files."""

    where: str
    journal: str
    exercise: str = ""
    student: str = ""


def remember(home: Path, last: LastClass) -> None:
    """Keeps it. Raises EnvironmentProblem."""
    from tutor.progress.files import write_atomically

    write_atomically(home / FILE_NAME, json.dumps(asdict(last)).encode())


def recall(home: Path) -> LastClass:
    """What was kept.

    Raises:
        UsageProblem: no class was graded yet.
    """
    try:
        return LastClass(**json.loads((home / FILE_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        raise UsageProblem(
            "No class was graded here yet.",
            where="tutor grade",
            next_step="'tutor grade DIR --out FILE' grades one.",
        ) from None
