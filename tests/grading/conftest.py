"""A warm grader on a tiny course, shared by the tests of the engine."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tutor.course import Content, LoadedExercise, load_content
from tutor.grading import Grader, Verdict, from_bytes
from tutor.paths import ContentRoot

COURSE = ContentRoot(Path(__file__).parent / "course")


class WarmGrader:
    """One grader and the event loop it lives in."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.exercise: LoadedExercise = content.exercise("halve")
        self.runner = asyncio.Runner()
        self.grader = Grader(content.root)

    def __call__(
        self, source: str | bytes, *, exercise: LoadedExercise | None = None, **options: object
    ) -> Verdict:
        data = source.encode() if isinstance(source, str) else source
        submission = from_bytes(data, Path("halve.py"))
        return self.runner.run(self.grader.grade(exercise or self.exercise, submission, **options))  # type: ignore[arg-type]

    def limit(self, tmp_path: Path, limits: str) -> LoadedExercise:
        """A copy of the exercise with other limits, as YAML."""
        root = ContentRoot(tmp_path / "course")
        shutil.copytree(COURSE.root, root.root)
        file = root.exercises / "halve/exercise.yaml"
        file.write_text(re.sub(r"limits: \{.*\}", f"limits: {{{limits}}}", file.read_text()))
        return load_content(root).exercise("halve")

    def close(self) -> None:
        self.runner.run(self.grader.close())
        self.runner.close()


@pytest.fixture(scope="session")
def grade() -> Iterator[WarmGrader]:
    warm = WarmGrader(load_content(COURSE))
    yield warm
    warm.close()


@pytest.fixture
def solution() -> Callable[[str], str]:
    """A file whose ``halve`` has this body and whose ``double`` is right."""

    def write(body: str) -> str:
        indented = "\n".join(f"    {line}" for line in body.splitlines())
        return f"import torch\n\ndef halve(x):\n{indented}\n\ndef double(x):\n    return x * 2\n"

    return write
