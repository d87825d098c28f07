"""A small course, folders of submissions made on the spot, and an engine that only counts."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import small_course, tutor, write_course
from tutor.classroom.jobs import Job, Outcome
from tutor.course import Content, load_content
from tutor.paths import ContentRoot

__all__ = ["small_course", "tutor"]  # fixtures, for these tests too

RIGHT = b"def double(x):\n    return 2 * x\n"
WRONG = b"def double(x):\n    return x\n"

Files = Mapping[str, bytes]


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def content(course: Path) -> Content:
    return load_content(ContentRoot(course))


@pytest.fixture
def handed_in(tmp_path: Path) -> Callable[[Files], Path]:
    """Writes submissions into a folder, by their paths."""

    def write(files: Files) -> Path:
        folder = tmp_path / "class"
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder

    return write


def zipped(path: Path, files: Files) -> Path:
    """A zip file of these."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


class Counting:
    """An engine that grades by length and notes what it was given; ``faults``: how many of the first end in one."""

    name, workers, device = "counting", 2, "cpu"

    def __init__(self, faults: int = 0) -> None:
        self.jobs: list[Job] = []
        self._faults = faults

    async def __aenter__(self) -> Counting:
        return self

    async def __aexit__(self, *problem: object) -> None:
        return None

    async def grade(self, job: Job) -> Outcome:
        self.jobs.append(job)
        if len(self.jobs) <= self._faults:
            return Outcome(None, "The grader failed.", 5)
        return Outcome(document(job))


def document(job: Job) -> dict[str, object]:
    """A verdict of one check, which passes files of even length."""
    outcome = "passed" if job.size % 2 == 0 else "failed"
    check = {
        "id": "even",
        "title": "Even.",
        "outcome": outcome,
        "required": True,
        "hidden": True,
        "measurements": [],
        "message": "" if outcome == "passed" else "Expected an even length.",
        "misconception": None if outcome == "passed" else "odd",
        "hint": "",
    }
    return {
        "schema": "tutor.verdict/1",
        "exercise": job.key.exercise,
        "verdict": outcome,
        "device": "cpu",
        "solution": {"path": str(job.submission.path), "sha256": job.key.sha256},
        "seconds": 0.5,
        "checks": [check],
        "usage": {"payload_bytes": 1, "peak_host_bytes": 2, "peak_device_bytes": None, "cpu_seconds": 0.1},
        "protections": {},
        "stdout": "",
        "message": "",
        "next": "",
    }
