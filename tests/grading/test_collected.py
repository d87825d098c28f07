"""Judges are forked from a process that holds their checks: as they are now, and of use only to save time."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from tutor.course import LoadedExercise, load_content
from tutor.grading import Grader, collected, from_bytes
from tutor.grading.run import Run
from tutor.paths import ContentRoot, content_root

COURSE = Path(__file__).parent / "course"
RIGHT = (COURSE / "graders/halve/reference.py").read_bytes()

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at through /proc")


class Looked:
    """A grader on a course, its event loop, and the processes that hold checks for it."""

    def __init__(self, root: ContentRoot) -> None:
        self.content = load_content(root)
        self.runner = asyncio.Runner()
        self.grader = Grader(root)

    def grade(self, exercise: str, data: bytes = RIGHT) -> str:
        chosen = self.content.exercise(exercise)
        return self.runner.run(self.grader.grade(chosen, from_bytes(data), device="cpu")).verdict

    def warm_up(self, exercise: LoadedExercise) -> None:
        self.runner.run(self.grader.warm_up(exercise, device="cpu"))

    def holding(self) -> list[psutil.Process]:
        self.runner.run(asyncio.sleep(0.2))  # what was told to end has ended
        judges = self.grader.zygotes.judges
        return psutil.Process(judges.pid).children() if judges is not None else []

    def close(self) -> None:
        self.runner.run(self.grader.close())
        self.runner.close()


@pytest.fixture
def looked(tmp_path: Path) -> Iterator[Looked]:
    """A copy of the tiny course, with the one exercise under many names."""
    root = ContentRoot(tmp_path / "course")
    shutil.copytree(COURSE, root.root)
    for number in range(collected.KEPT + 1):
        name = f"halve-{number}"
        shutil.copytree(root.exercises / "halve", root.exercises / name)
        shutil.copytree(root.graders / "halve", root.graders / name)
        described = root.exercises / name / "exercise.yaml"
        text = described.read_text().replace("id: halve", f"id: {name}")
        described.write_text(text.replace("order: 1", f"order: {number + 2}"))
        (root.graders / name / "test_halve.py").rename(
            root.graders / name / f"test_{name.replace('-', '_')}.py"
        )
    looked = Looked(root)
    yield looked
    looked.close()


def test_checks_are_collected_once_and_anew_when_a_file_of_theirs_has_changed(looked: Looked) -> None:
    assert looked.grade("halve") == "passed"
    before = looked.holding()
    assert looked.grade("halve") == "passed"
    assert looked.holding() == before

    checks = looked.content.exercise("halve").checks_file
    checks.write_text("def test_no(expect):\n    '''No'''\n    expect(False, expected='more', came='less')\n")

    assert looked.grade("halve") == "failed"
    assert len(looked.holding()) == 1
    assert looked.holding() != before


def test_a_few_exercises_are_held_and_the_one_used_longest_ago_is_let_go(looked: Looked) -> None:
    names = [f"halve-{number}" for number in range(collected.KEPT + 1)]
    looked.grade(names[0])
    (first,) = looked.holding()

    for name in names[1:]:
        assert looked.grade(name) == "passed"

    assert len(looked.holding()) == collected.KEPT
    assert not first.is_running()
    assert looked.grade(names[0]) == "passed"


def test_without_the_process_that_holds_them_a_judge_collects_for_itself(looked: Looked) -> None:
    looked.grade("halve")
    for process in looked.holding():
        process.kill()

    assert looked.grade("halve") == "passed"


def test_checks_that_end_their_process_are_the_graders_fault_at_once(looked: Looked) -> None:
    from tutor.errors import GraderFault

    checks = looked.content.exercise("halve").checks_file
    checks.write_text("import os\n\nos._exit(3)\n")

    for _ in range(2):
        with pytest.raises(GraderFault, match="The grader failed"):
            looked.grade("halve")


def test_no_process_that_is_forked_later_has_a_second_thread() -> None:
    """A fork of a process with threads may hang: no check runs a torch operation with threads as it is collected."""
    looked = Looked(content_root())
    try:
        for exercise in looked.content.exercises:
            looked.warm_up(exercise)
            zygotes = looked.grader._zygotes(exercise)
            assert zygotes.judges is not None
            assert zygotes.workers is not None
            judges, workers = psutil.Process(zygotes.judges.pid), psutil.Process(zygotes.workers.pid)
            threads = []
            for process in (judges, *judges.children(), workers, *workers.children()):
                with contextlib.suppress(psutil.NoSuchProcess):  # a program that an import ran
                    threads.append(process.num_threads())
            assert len(threads) >= 3, exercise.id
            assert set(threads) == {1}, exercise.id
    finally:
        looked.close()


async def test_how_a_lost_process_ended_is_told_of_it_and_of_no_other() -> None:
    """The other one ends by itself, since the judge that it listened to has gone."""
    ended = SimpleNamespace(
        pid=1, status=lambda: 0, lives=False, note_memory=lambda: None, ran_out_of_memory=False
    )
    killed = SimpleNamespace(**{**vars(ended), "pid": 2, "status": lambda: -9})
    limits = SimpleNamespace(memory_mib=1)
    team: Any = SimpleNamespace(
        device="cpu",
        exercise=SimpleNamespace(info=SimpleNamespace(limits=limits)),
        workers=[ended, killed],
        zygote=SimpleNamespace(alive=True),
    )
    run = Run(team, from_bytes(b""), seed=None, on_frame=lambda heard, frame: None)
    run._heard.checks = [
        {"outcome": "error", "lost": {"name": "double", "why": "its process ended", "pid": 2}}
    ]

    await run._note_lost_worker()

    assert run._heard.lost_status == -9
    assert run._heard.killed
