"""Exercises that need a package, checks that read the file, and calls row by row."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.grading.conftest import WarmGrader
from tutor.cli.validating import validation_text
from tutor.course import LoadedExercise, load_content
from tutor.errors import EnvironmentProblem
from tutor.paths import ContentRoot
from tutor.proving import validate

COURSE = Path(__file__).parent / "course"

CHECKS = '''
"""Hidden checks of halve."""

import torch


def test_rows(solution, expect):
    """Each row is one call, with the other arguments as they are."""
    came = solution.halve.each(torch.arange(6.0).reshape(3, 2), 10.0)
    expect(len(came) == 3, expected="three results", came=f"{len(came)}")
    sums = [[[10.0, 11.0]], [[12.0, 13.0]], [[14.0, 15.0]]]
    expect([one.tolist() for one in came] == sums, expected="sums", came="others")


def test_source(source, expect):
    """The submitted bytes are there to be read."""
    expect(b"def halve" in source, expected="the file", came="something else")
'''

SOLUTION = """
def halve(x, y):
    return x + y

def double(x):
    return x
"""


def changed(tmp_path: Path, *, packages: str = "[]", checks: str | None = None) -> LoadedExercise:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    with (course / "exercises/halve/exercise.yaml").open("a") as file:
        file.write(f"\npackages: {packages}\n")
    if checks is not None:
        (course / "graders/halve/test_halve.py").write_text(checks)
    return load_content(ContentRoot(course)).exercise("halve")


def test_rows_are_called_one_by_one_and_the_source_can_be_read(grade: WarmGrader, tmp_path: Path) -> None:
    verdict = grade(SOLUTION, exercise=changed(tmp_path, checks=CHECKS))
    assert [(check.id, check.outcome, check.message) for check in verdict.checks] == [
        ("rows", "passed", ""),
        ("source", "passed", ""),
    ]


def test_an_exercise_whose_package_is_there_is_graded(grade: WarmGrader, tmp_path: Path) -> None:
    assert grade(SOLUTION, exercise=changed(tmp_path, packages="[json]", checks=CHECKS)).passed


def test_without_its_package_an_exercise_is_no_attempt(grade: WarmGrader, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem) as problem:
        grade(SOLUTION, exercise=changed(tmp_path, packages="[no_such_package]"))
    assert "'halve' needs the package 'no_such_package'" in problem.value.message
    assert problem.value.next_step.endswith("-m pip install no_such_package")


def test_without_its_package_an_exercise_is_not_proved_and_says_so(tmp_path: Path) -> None:
    changed(tmp_path, packages="[no_such_package]")
    report = validate(ContentRoot(tmp_path / "course"))
    assert report.ok
    assert "no_such_package" in report.exercises[0].skipped
    text = validation_text(report.to_json())
    assert "not proved here" in text
    assert "All proved but 1." in text
