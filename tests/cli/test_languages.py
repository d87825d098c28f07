"""A language is a setting: what is translated is shown in it, everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Tutor, write_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_course(
        tmp_path / "course",
        {
            "lessons/01-first/de/lesson.yaml": "title: Erste Schritte\nsteps: [{id: why, markdown: Zweimal ist mehr.}]",
            "lessons/01-first/de/quiz.yaml": "items: [{id: one-right, question: 'Was ist zweimal {{ n }}?'}]\n",
            "exercises/doubling/de/exercise.yaml": "title: Verdopple\nhints: [Denk an die Addition.]\n",
        },
    )


def test_the_setting_and_the_variable_choose_it(tutor: Tutor, course: Path) -> None:
    assert "First steps" in tutor("list", course=course).out
    german = {"TUTOR_LANGUAGE": "de"}
    listed = tutor("list", course=course, env=german).out
    assert "Erste Schritte" in listed
    assert "Verdopple" in listed
    assert tutor("config", "language", "de").code == 0
    lesson = tutor("lesson", "first", course=course).out
    assert "Zweimal ist mehr." in lesson
    assert "Run it." in lesson
    quiz = tutor("quiz", "first", "--json", course=course).json
    questions = {item["id"]: item["question"] for item in quiz["items"]}
    assert questions["one-right"].startswith("Was ist zweimal")
    assert questions["some-right"] == "Which are even?"
    assert "Denk an die Addition." in tutor("hint", "doubling", course=course).out
    assert "Add it to itself." in tutor("hint", "doubling", course=course).out
    assert tutor("config", "language", "german").code == 2


def test_a_language_that_nothing_is_written_in_says_so(tutor: Tutor, course: Path) -> None:
    assert "translated" not in tutor("config", "language", "de", course=course).out
    assert "translated" not in tutor("config", "language", "de-AT", course=course).out
    told = tutor("config", "language", "xx", course=course).out
    assert "Nothing in the course is translated into 'xx' yet" in told
    assert "translated" not in tutor("config", "language", "", course=course).out
