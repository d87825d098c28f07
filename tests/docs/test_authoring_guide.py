"""The course in docs/authoring.md is whole, and proves itself. Its commands are run by test_commands.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Tutor, small_course, tutor
from tests.docs.guide import write_course

__all__ = ["small_course", "tutor"]  # fixtures, for these tests too


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The files that the guide shows, and the repository's shared graders."""
    return write_course(tmp_path / "course")


def test_the_guides_course_is_proved(tutor: Tutor, course: Path) -> None:
    ended = tutor("validate", course, "--mutants", "--json", timeout=120)
    document = ended.json
    assert document["problems"] == []
    assert ended.code == 0
    [exercise] = document["exercises"]
    assert exercise["right"] == {"passed": 2, "of": 2}
    assert exercise["wrong"] == {"rejected": 1, "as_named": 1, "of": 1}
    assert exercise["mutants"]["share"] == 1.0
    assert document["warnings"] == []


def test_the_guides_demo_and_example_run(tutor: Tutor, course: Path) -> None:
    demo = tutor("demo", "rounding", "--seed", "3", course=course)
    assert demo.code == 0
    assert "on cpu" in demo.out
    example = tutor("try", "nearest-code", course / "graders/nearest-code/reference.py", course=course)
    assert example.code == 0
    assert "[[127, -40]]" in example.out
