"""What the documentation tells people to type, read from its pages.

A fence says what it holds: ``sh`` commands, one a line, with comments; ``console`` a session, in which ``$`` begins a
command, ``>`` a line that is typed, and the rest is what is shown, with … for what differs. In a comment,
``learner writes: FILE`` stands for the moment at which the learner has written what is in a file of the checkout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
WRITES = re.compile(r"^<!-- learner writes: (?P<file>\S+) -->$", re.MULTILINE)
COMMENT = re.compile(r"(^|\s+)#\s.*$")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
KINDS = {"sh", "console", "text", "yaml", "python", "json"}


@dataclass(frozen=True)
class Command:
    """One line to be typed, the answers typed after it, and what is shown; lines of ``shown`` may hold …"""

    line: str
    answers: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """The learner's file of an exercise now holds what stands in this file of the checkout."""

    file: Path

    @property
    def exercise(self) -> str:
        return self.file.relative_to(ROOT / "graders").parts[0]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def fences(name: str) -> list[tuple[str, str]]:
    """Kind and text of each fence of a page."""
    return [(found["kind"], found["text"]) for found in FENCE.finditer(text_of(name))]


def steps(name: str) -> list[Command | Written]:
    """What a reader of the page does, in order."""
    text = text_of(name)
    found: list[tuple[int, Command | Written]] = []
    for fence in FENCE.finditer(text):
        if fence["kind"] == "sh":
            found += [(fence.start(), Command(line)) for line in _lines(fence["text"])]
        elif fence["kind"] == "console":
            found += [(fence.start(), command) for command in _session(fence["text"])]
    found += [(writes.start(), Written(ROOT / writes["file"])) for writes in WRITES.finditer(text)]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def commands(name: str) -> list[Command]:
    return [step for step in steps(name) if isinstance(step, Command)]


def spans(name: str) -> list[str]:
    """Commands that stand in running text, in code spans."""
    prose = FENCE.sub("", text_of(name))
    begins = re.compile(r"(tutor|make|python|pip|\.ci/run)\b(?!/)")
    return [span for span in SPAN.findall(prose) if begins.match(span) and " " in span]


def _lines(text: str) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        if line := COMMENT.sub("", line).strip():
            yield line


def _session(text: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, *rest = part.splitlines()
        answers = tuple(each[2:] for each in rest if each.startswith("> "))
        yield Command(
            COMMENT.sub("", line), answers, tuple(each for each in rest if not each.startswith("> "))
        )
