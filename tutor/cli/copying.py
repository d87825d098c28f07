"""Commands that are printed to be copied: they name the course that was named, and stay on one line.

Who works on another course by ``--content DIR`` would otherwise copy a next step that looks for its exercise in the
installed course. Where ``TUTOR_CONTENT`` names the course, the next command finds it as this one did.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TAKE_A_COURSE = frozenset({
    "list", "lesson", "demo", "quiz", "prompts", "chat", "glossary", "search", "start", "try", "look", "submit",
    "watch", "practice", "hint", "diff", "solution", "progress", "map", "lab", "backups", "report", "export",
    "import", "grade", "autograder", "verify", "validate", "mcp", "web", "doctor",
})  # fmt: skip
_TAKE_A_FOLDER = ("validate",)
"""Their first word may be the course itself."""

_QUOTED = re.compile(r"(?<![\w'`])(['`])(tutor [^'`\n]+)\1")
_ALONE = re.compile(r"(?m)(^(?:\x1b\[\d+m)?|(?<!where): |  (?:\x1b\[\d+m)?)(tutor [a-z].*?)(?=\s{2,}|\x1b|$)")
_JOINT = str.maketrans({" ": "\ue000", "-": "\ue001"})
_APART = str.maketrans({"\ue000": " ", "\ue001": "-"})

_named = ""


@contextmanager
def remembered() -> Iterator[None]:
    """What is named within holds until the end: a command that a session runs leaves the session's course."""
    global _named
    before = _named
    try:
        yield
    finally:
        _named = before


def name_course(folder: Path | None) -> Path | None:
    """Take note of ``--content``; a callback of that option."""
    global _named
    if folder is not None:
        _named = as_a_word(str(folder))
    return folder


def copyable(text: str) -> str:
    """``text`` with the course in each command that needs it: those in quotes, and those that a line ends with."""
    if not _named or "tutor " not in text:
        return text
    return _each_command(text, _with_course)


def kept_whole(text: str) -> str:
    """``text`` whose commands hold no place to break a line at; ``with_breaks`` gives these back."""
    return _each_command(text, lambda command: command.translate(_JOINT)) if "tutor " in text else text


def with_breaks(text: str) -> str:
    """The opposite of ``kept_whole``."""
    return text.translate(_APART)


def _each_command(text: str, change: Callable[[str], str]) -> str:
    text = _QUOTED.sub(lambda found: f"{found[1]}{change(found[2])}{found[1]}", text)
    return _ALONE.sub(lambda found: found[1] + change(found[2]), text)


def _with_course(command: str) -> str:
    words = command.split()
    if words[1] not in TAKE_A_COURSE or {"--content", "--help"} & set(words):
        return command
    if words[1] in _TAKE_A_FOLDER and any(not word.startswith("-") for word in words[2:3]):
        return command
    return f"{command} --content {_named}"


def as_a_word(folder: str) -> str:
    """As a shell takes it, without single quotes where double ones do: the command may stand in such."""
    quoted = shlex.quote(folder)
    return f'"{folder}"' if quoted != folder and not re.search(r"[\"$`\\!']", folder) else quoted
