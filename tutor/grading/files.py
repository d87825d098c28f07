"""Which files an exercise is graded by, as they are now: whoever holds what was read from them holds these too."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tutor.course import LoadedExercise


@dataclass(frozen=True)
class GradedBy:
    """Times and sizes of an exercise's files and its grader's, and of the modules that graders share."""

    checks: Path
    files: tuple[tuple[str, int, int], ...]

    @classmethod
    def now(cls, exercise: LoadedExercise) -> GradedBy:
        folders = (exercise.grader_folder, exercise.grader_folder.parent, exercise.folder)
        files = [
            entry
            for folder in folders
            for entry in os.scandir(folder)
            if entry.name.endswith((".py", ".yaml"))
        ]
        return cls(exercise.checks_file, tuple(sorted(_signature(entry) for entry in files)))


def _signature(entry: os.DirEntry[str]) -> tuple[str, int, int]:
    status = entry.stat()
    return entry.path, status.st_mtime_ns, status.st_size
