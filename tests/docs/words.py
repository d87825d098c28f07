"""Whether a command that is not run could be: its program, its options, its files and its ids exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from functools import cache
from typing import Any

from docs.site.commands import command_group
from tests.docs.pages import ROOT
from tutor.cli.entry import COMMANDS
from tutor.course import Content, load_content
from tutor.paths import ContentRoot

PLACEHOLDER = re.compile(r"[A-Z]{1,}|\[.*|.*\]|…|\.\.\.")
OF_THE_GUIDE = {"rounding", "nearest-code"}  # the course of docs/authoring.md


def complaints(line: str) -> list[str]:
    """What is wrong with a command line; empty where all that can be looked up exists."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        return [str(error)]
    if words[0] == "tutor":
        return _of_the_tutor(words[1:])
    if words[0] == "make":
        targets = re.findall(r"^([a-z.][\w./]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return [f"make has no target {word}" for word in words[1:] if "=" not in word and word not in targets]
    if words[0] == "python":
        return _of_python(words[1:])
    if words[:2] == ["pip", "install"]:
        return [f"no extra has {word}" for word in words[2:] if not _is_installable(word)]
    return [] if words[0] != ".ci/run" or (ROOT / ".ci/run").exists() else ["there is no .ci/run"]


def _of_the_tutor(words: list[str]) -> list[str]:
    group = command_group()
    context = group.make_context("tutor", [], resilient_parsing=True)
    while words and words[0].startswith("-"):
        if words[0] not in _options(group, context):
            return [f"tutor has no option {words[0]}"]
        words = words[1:]
    if not words or PLACEHOLDER.fullmatch(words[0]):
        return []
    name, *rest = words
    if name not in COMMANDS:
        return [f"there is no command {name}"]
    command = group.get_command(context, name)
    known = _options(command, context) | ({f"--{knob}" for knob in _knobs()} if name == "demo" else set())
    options = [word for word in rest if _is_option(word)]
    wrong = [f"tutor {name} has no option {word}" for word in options if word.partition("=")[0] not in known]
    return wrong + _of_arguments(name, command, context, rest)


def _of_arguments(name: str, command: Any, context: Any, words: list[str]) -> list[str]:
    """Actions and ids that don't exist. Only a first word is looked at: what follows may belong to an option."""
    first = words[0] if words and not _is_option(words[0]) else ""
    parameter = next((p for p in command.get_params(context) if p.param_type_name == "argument"), None)
    if parameter is None or not first or PLACEHOLDER.fullmatch(first):
        return []
    record = parameter.get_help_record(context)[0]
    if actions := re.search(r"[a-z]+(\|[a-z]+)+|\[restore\]", record):
        allowed = actions[0].strip("[]").split("|")
        return [f"tutor {name} has no action {word}" for word in first.split("|") if word not in allowed]
    ids = {
        "LESSON": {lesson.id for lesson in _course().lessons},
        "EXERCISE": {exercise.id for exercise in _course().exercises},
    }
    wanted = [ids[kind] for kind in re.findall(r"LESSON|EXERCISE", record)]
    if wanted and first not in set().union(OF_THE_GUIDE, *wanted):
        return [f"tutor {name}: there is no {first}"]
    return []


def _of_python(words: list[str]) -> list[str]:
    if words[:2] == ["-m", "pytest"]:
        words = words[2:]
    elif words[:1] == ["-m"]:
        words = [f"{words[1].replace('.', '/')}.py", *words[2:]]
    files = [word for word in words if word.endswith(".py") and "/" in word]
    missing = [f"there is no {file}" for file in files if not (ROOT / file).exists()]
    if missing or not files:
        return missing
    text = (ROOT / files[0]).read_text()
    return [
        f"{files[0]} has no option {word}" for word in words if _is_option(word) and f'"{word}"' not in text
    ]


def _is_option(word: str) -> bool:
    return word.startswith("--")


def _options(command: Any, context: Any) -> set[str]:
    return {option for parameter in command.get_params(context) for option in parameter.opts}


@cache
def _course() -> Content:
    return load_content(ContentRoot(ROOT))


@cache
def _knobs() -> set[str]:
    return {knob.name for lesson in _course().lessons if lesson.has_demo for knob in lesson.info.demo.knobs}


def _is_installable(word: str) -> bool:
    """A package of an extra; the tutor or the checkout, with extras that there are."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    packages = {re.split(r"[^\w.-]", entry)[0] for entries in extras.values() for entry in entries}
    ours = re.fullmatch(r"(?:tutor|\.)(?:\[([\w,]+)\])?", word)
    return word in packages or bool(ours and set(filter(None, (ours[1] or "").split(","))) <= set(extras))
