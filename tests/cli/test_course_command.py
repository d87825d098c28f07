"""``tutor course``: looked at, confirmed, used, removed; its demos are confined."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Tutor, environment
from tests.terminals import Terminal

OTHER = Path(__file__).parents[1] / "other_course"

CURIOUS = """
import pathlib, socket

try:
    pathlib.Path({file!r}).write_text("was here")
    print("wrote")
except OSError:
    print("could not write")
try:
    print(pathlib.Path({secret!r}).read_text())
except OSError:
    print("could not read")
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except ConnectionRefusedError:
    print("has a network")
except OSError:
    print("no network")
print(__name__)
raise SystemExit(3)
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return shutil.copytree(OTHER, tmp_path / "theirs", ignore=shutil.ignore_patterns("__pycache__"))


def test_without_anyone_to_ask_nothing_is_added(tutor: Tutor, home: Path, course: Path) -> None:
    refused = tutor("course", "add", course, "--show")
    assert refused.code == 1
    assert "--yes" in refused.err
    assert "With your own rights" in refused.out
    assert "from calendar import isleap" in refused.out
    assert "right/library" not in refused.out
    assert not (home / "courses").exists()


def test_a_course_is_added_used_listed_and_removed(tutor: Tutor, course: Path) -> None:
    added = tutor("course", "add", course, "--yes", "--json")
    assert added.code == 0
    assert added.json["id"] == "calendars"
    assert {one["rights"] for one in added.json["programs"]} == {"yours", "confined"}
    listed = tutor("list", "--content", "calendars", course=None)
    assert "Leap years" in listed.out
    assert tutor("--content", "calendars", "list", course=None).out == listed.out
    in_the_environment = tutor("list", course=None, env={"TUTOR_CONTENT": "calendars"}).out
    assert in_the_environment == listed.out.replace(" --content calendars", "")
    solution = OTHER / "graders" / "weekday" / "reference.py"
    assert tutor("submit", "weekday", solution, "--content", "calendars", course=None).code == 0
    [row] = tutor("course", "list", "--json").json["courses"]
    assert (row["id"], row["source"]) == ("calendars", str(course))
    removed = tutor("course", "remove", "calendars")
    assert removed.code == 0
    assert tutor("list", "--content", "calendars", course=None).code == 2
    again = tutor("course", "add", course, "--yes")
    assert again.code == 0
    assert '"passed"' in tutor("list", "--json", "--content", "calendars", course=None).out


def test_the_demo_of_an_added_course_is_confined(tutor: Tutor, course: Path, tmp_path: Path) -> None:
    secret, file = tmp_path / "secret", tmp_path / "written"
    secret.write_text("the secret")
    demo = course / "lessons" / "01-leap-years" / "demo.py"
    demo.write_text(CURIOUS.format(file=str(file), secret=str(secret)))
    free = tutor("demo", "leap-years", course=course)
    assert (free.code, free.out.split()[0]) == (1, "wrote")
    assert "the secret" in free.out
    file.unlink()
    tutor("course", "add", course, "--yes")
    confined = tutor("demo", "leap-years", "--content", "calendars", course=None)
    assert confined.code == 1
    assert "status 3" in confined.out + confined.err
    assert "could not write" in confined.out
    assert "could not read" in confined.out
    assert "no network" in confined.out
    assert "__main__" in confined.out
    assert not file.exists()


def test_progress_is_not_mixed_with_the_tutors_own_course(tutor: Tutor, course: Path) -> None:
    file = course / "lessons" / "course.yaml"
    file.write_text(file.read_text().replace("id: calendars", "id: quantization"))
    refused = tutor("course", "add", course, "--yes")
    assert refused.code == 2
    assert "the tutor's own course" in refused.err


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("s\ny\n", 0), ("\n", 1), ("no\n", 1)])
def test_a_person_is_asked(home: Path, course: Path, typed: str, code: int) -> None:
    command = [sys.executable, "-m", "tutor", "course", "add", str(course)]
    with Terminal.run(command, environment(home, None)) as terminal:
        terminal.type(typed)
        assert terminal.ended(30) == code
    assert "Add it?" in terminal.printed
    assert ("def test_days" in terminal.printed) is typed.startswith("s")
    assert (home / "courses" / "calendars").is_dir() is (code == 0)


@pytest.mark.parametrize(
    "words", [["add"], ["remove"], ["list", "x"], ["list", "--yes"], ["remove", "x", "--show"]]
)
def test_other_uses_are_told(tutor: Tutor, words: list[str]) -> None:
    ended = tutor("course", *words)
    assert ended.code == 2
    assert "tutor course add" in ended.err
