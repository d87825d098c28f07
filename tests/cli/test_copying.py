"""What is printed under ``--content DIR`` can be copied: each command finds the same course."""

from __future__ import annotations

import re
import shlex
import shutil
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from tests.cli.conftest import Tutor
from tutor.cli import console
from tutor.cli.copying import TAKE_A_COURSE, copyable, name_course, remembered
from tutor.cli.entry import COMMANDS

OTHER = Path(__file__).parents[1] / "other_course"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OTHER, tmp_path / "my course"))


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("lesson", "leap-years"),
        ("search", "century"),
        ("solution", "is-leap"),
        ("try", "is-leap"),
        ("submit", "is-leap"),
        ("diff", "is-leap"),
        ("submit", "is-leep"),
        ("quiz", "leap-years", "--open"),
        ("hint", "is-leap"),
    ],
)
def test_every_command_that_is_printed_under_a_named_course_names_it(
    tutor: Tutor, course: Path, words: tuple[str, ...]
) -> None:
    for named in ((*words, "--content", course), ("--content", course, *words)):
        ended = tutor(*named)
        printed = re.sub(r"\n\s+", " ", ended.out + ended.err)
        commands = re.findall(rf"tutor (?:{'|'.join(TAKE_A_COURSE)}) [^'\n]*", printed)
        assert all(f'--content "{course}"' in command for command in commands), ended.out + ended.err


def test_the_next_step_works_when_it_is_copied(tutor: Tutor, course: Path) -> None:
    refused = tutor("submit", "is-leap", "--content", course, "--json").json
    (command,) = re.findall(r"'(tutor [^']+)'", refused["next"])
    assert tutor(*shlex.split(command)[1:]).code == 0


def test_a_place_a_path_and_a_command_without_a_course_stay_as_they_are() -> None:
    with remembered():
        name_course(Path("mine"))
        for text in (
            "  where: tutor submit",
            "'tutor config device cpu'",
            "'tutor validate there'",
            "'tutor lab --help'",
            "tutor: There is no space.",
            "the tutor list of things",
        ):
            assert copyable(text) == text
        assert copyable("See: tutor list") == "See: tutor list --content mine"
    assert copyable("See: tutor list") == "See: tutor list"


def test_a_command_in_quotes_is_not_broken_over_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with remembered():
        name_course(Path("/a/rather/long-ish/path of mine"))
        text = console.wrapped(
            "The next hint comes by 'tutor hint is-leap', and 'tutor diff is-leap' shows more."
        )
    assert """'tutor hint is-leap --content "/a/rather/long-ish/path of mine"',""" in text.splitlines()


def test_the_commands_that_get_a_course_are_those_that_take_one() -> None:
    takes = {
        name
        for name, (module, _) in COMMANDS.items()
        if "content" in signature(getattr(import_module(f"tutor.cli.{module}"), f"{name}_command")).parameters
    }
    assert takes - {"new"} == TAKE_A_COURSE
