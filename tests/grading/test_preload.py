"""Modules that an exercise preloads are there before its processes are forked, for it alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.grading.conftest import COURSE
from tutor.course import LoadedExercise, load_content
from tutor.grading import Grader, from_bytes
from tutor.paths import ContentRoot

SOURCE = b"""
import sys
print("there" if "sqlite3.dump" in sys.modules else "not there")

def halve(x):
    return x / 2

def double(x):
    return x * 2
"""


def preloading(folder: Path, worker: str, judge: str = "[]") -> LoadedExercise:
    """The exercise with modules to preload."""
    root = ContentRoot(folder / "course")
    shutil.copytree(COURSE.root, root.root)
    file = root.exercises / "halve/exercise.yaml"
    text = file.read_text()
    file.write_text(text.replace("limits:", f"preload: {{worker: {worker}, judge: {judge}}}\nlimits:", 1))
    return load_content(root).exercise("halve")


async def test_a_module_is_there_for_the_exercise_that_preloads_it_alone(tmp_path: Path) -> None:
    exercise = preloading(tmp_path, "[sqlite3.dump]")
    plain = load_content(COURSE).exercise("halve")
    async with Grader(ContentRoot(tmp_path / "course")) as grader:
        verdict = await grader.grade(exercise, from_bytes(SOURCE), device="cpu")
        assert verdict.passed, verdict
        assert verdict.stdout.startswith("there")
        active = {name for name, state in verdict.protections.items() if state == "active"}
        other = await grader.grade(plain, from_bytes(SOURCE), device="cpu")
        assert other.passed
        assert other.stdout.startswith("not there")
        assert {name for name, state in other.protections.items() if state == "active"} == active
        judges, workers = grader.zygotes.judges, grader.zygotes.workers
    assert judges is not None
    assert workers is not None
    assert not judges.alive
    assert not workers.alive


async def test_a_module_that_is_not_installed_is_left_for_the_code_that_imports_it(tmp_path: Path) -> None:
    exercise = preloading(tmp_path, "[no_such_module, sqlite3.dump]", "[neither.is_this]")
    async with Grader(ContentRoot(tmp_path / "course")) as grader:
        verdict = await grader.grade(exercise, from_bytes(SOURCE), device="cpu")
        assert verdict.passed
        assert verdict.stdout.startswith("there")


async def test_warming_up_for_another_exercise_makes_another_team_wait(tmp_path: Path) -> None:
    exercise = preloading(tmp_path, "[sqlite3.dump]")
    plain = load_content(COURSE).exercise("halve")
    async with Grader(ContentRoot(tmp_path / "course"), keep_warm=True) as grader:
        await grader.warm_up(plain, device="cpu")
        first = grader._spare.waiting
        await grader.warm_up(plain, device="cpu")
        assert grader._spare.waiting is first
        await grader.warm_up(exercise, device="cpu")
        assert grader._spare.waiting is not first
        assert (await grader.grade(exercise, from_bytes(SOURCE), device="cpu")).stdout.startswith("there")
