"""Exercises that are graded on a language model, tables in a verdict, and progress within a check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tutor.cli.tables import table_lines
from tutor.course import LoadedExercise, load_content
from tutor.errors import ContentProblem, EnvironmentProblem
from tutor.grading import Grader, GradingEvent, Verdict, from_bytes
from tutor.grading.language_models import fetched_model, stand_in
from tutor.paths import ContentRoot

COURSE = Path(__file__).parent / "course"

CHECKS = '''
"""Hidden checks of halve."""


def test_model(model_folder, expect, working, table):
    """The model is where it should be"""
    working("reading layer", 1, 2)
    expect((model_folder / "config.json").is_file(), expected="a model", came="none")
    table("Layers", ("layer", "bytes", "error"), [("first", 1024, 0.5), ("second", 2, float("inf"))])
'''

SOLUTION = b"def halve(x):\n    return x / 2\n\ndef double(x):\n    return 2 * x\n"


@pytest.fixture
def exercise(tmp_path: Path) -> LoadedExercise:
    course = tmp_path / "course"
    shutil.copytree(COURSE, course)
    with (course / "exercises/halve/exercise.yaml").open("a") as file:
        file.write("\nmodel: true\n")
    (course / "graders/halve/test_halve.py").write_text(CHECKS)
    model = course / "graders/halve/model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    return load_content(ContentRoot(course)).exercise("halve")


async def graded(exercise: LoadedExercise, events: list[GradingEvent]) -> Verdict:
    root = ContentRoot(exercise.folder.parents[1])
    async with Grader(root, find_model=stand_in) as grader:
        return await grader.grade(exercise, from_bytes(SOLUTION), device="cpu", on_event=events.append)


async def test_a_check_is_given_the_model_and_adds_a_table(exercise: LoadedExercise) -> None:
    events: list[GradingEvent] = []
    verdict = await graded(exercise, events)
    assert verdict.passed, verdict.message
    [table] = verdict.to_json()["tables"]
    assert table["columns"] == ["layer", "bytes", "error"]
    assert table["rows"] == [["first", 1024, 0.5], ["second", 2, None]]
    lines = list(table_lines(table))
    assert [line.split() for line in lines[2:]] == [["first", "1,024", "0.5"], ["second", "2", "–"]]
    [working] = [event for event in events if event.kind == "working"]
    assert (working.note, working.number, working.of) == ("reading layer", 1, 2)
    assert working.to_json()["note"] == "reading layer"


async def test_a_verdict_with_a_table_survives_the_store(exercise: LoadedExercise) -> None:
    verdict = await graded(exercise, [])
    document = verdict.to_json()
    assert Verdict.from_json(document).to_json() == document
    del document["tables"]
    assert Verdict.from_json(document).tables == ()


async def test_without_the_model_it_is_no_attempt(exercise: LoadedExercise, home: Path) -> None:
    async with Grader(ContentRoot(exercise.folder.parents[1])) as grader:
        with pytest.raises(EnvironmentProblem) as problem:
            await grader.grade(exercise, from_bytes(SOLUTION), device="cpu")
    assert problem.value.exit_code == 3
    assert "tutor model fetch" in problem.value.next_step
    assert "not here yet" in problem.value.message
    with pytest.raises(EnvironmentProblem):
        fetched_model(exercise)


def test_a_grader_without_its_small_model_is_told_to_the_author(exercise: LoadedExercise) -> None:
    shutil.rmtree(exercise.grader_folder / "model")
    with pytest.raises(ContentProblem, match="small one") as problem:
        stand_in(exercise)
    assert str(exercise.grader_folder / "model") in problem.value.where
