"""The course in docs/authoring.md is whole, and proves itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Tutor

ROOT = Path(__file__).parents[2]
FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n```(?:yaml|python)\n(?P<text>.*?)```", re.DOTALL)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The files that the guide shows, and the repository's shared graders."""
    folder = tmp_path / "course"
    for found in FILE.finditer((ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")):
        path = folder / found["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found["text"], encoding="utf-8")
    for shared in (ROOT / "graders").glob("*.py"):
        shutil.copy(shared, folder / "graders")
    return folder


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


def test_every_command_that_the_guide_names_exists() -> None:
    from tutor.cli.entry import COMMANDS

    text = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`?tutor ([a-z]+)", text)) <= set(COMMANDS)
