"""A small course that is right in every respect, for tests to break in one."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from tutor.paths import ContentRoot

LONG_AGO = 1_700_000_000  # files this old count as settled, so that the index keeps them


class Course:
    """A course in a folder. ``write``, ``edit`` and ``remove`` take paths relative to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = ContentRoot(folder)
        self.now = LONG_AGO

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        self.now += 1  # each writing has a time of its own
        os.utime(file, (self.now, self.now))
        return file

    def edit(self, name: str, old: str, new: str) -> Path:
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        return self.write(name, text.replace(old, new))

    def add_lesson(self, folder: str, id: str, module: str = "basics") -> None:
        self.write(
            f"lessons/{folder}/lesson.yaml", LESSON.replace("id: bits", f"id: {id}").replace("basics", module)
        )
        self.write(f"lessons/{folder}/quiz.yaml", QUIZ.replace("id: half", f"id: half-{id}"))
        self.write(f"lessons/{folder}/prompts.yaml", PROMPTS)
        self.write(f"lessons/{folder}/demo.py", "print('demo')\n")

    def add_exercise(self, id: str, lesson: str = "bits", order: int = 1, requires: str = "[]") -> None:
        text = EXERCISE.format(id=id, lesson=lesson, order=order, requires=requires)
        self.write(f"exercises/{id}/exercise.yaml", text)
        self.write(f"exercises/{id}/stub.py", "def quantize(W):\n    raise NotImplementedError\n")
        self.write(f"exercises/{id}/example.py", "print('example')\n")
        self.write(f"graders/{id}/test_{id.replace('-', '_')}.py", "def test_it(solution): ...\n")
        self.write(f"graders/{id}/reference.py", "def quantize(W):\n    return W\n")
        self.write(f"graders/{id}/right/loop.py", "def quantize(W):\n    return W\n")
        self.write(f"graders/{id}/wrong/truncated.py", "def quantize(W):\n    return W\n")
        self.write(f"graders/{id}/wrong/truncated--floor.py", "def quantize(W):\n    return W\n")


COURSE = """\
id: tiny
title: A tiny course
version: "1"
modules:
  - {id: basics, title: Basics}
  - {id: more, title: More}
"""

LESSON = """\
id: bits
title: Bits
module: basics
version: 1
minutes: 10
summary: What a bit costs.
goals:
  - id: count
    text: count bytes
steps:
  - id: why
    kind: why
    title: Why
    markdown: Because.
  - id: run
    kind: demo
    title: Run it
    markdown: Watch.
demo:
  title: Round trip
  seconds: 1
  knobs:
    - {name: size, label: Size, kind: int, default: 64, minimum: 1, maximum: 512}
    - {name: scheme, label: Scheme, kind: choice, default: row, choices: [row, tensor]}
try_it:
  - {text: Larger, opens: "demo:size=128,scheme=tensor"}
"""

QUIZ = """\
items:
  - id: half
    kind: single
    goal: count
    step: why
    question: How many bytes has fp16?
    options:
      - id: two
        text: "2"
        right: true
        why: Sixteen bits.
      - id: four
        text: "4"
        why: Four bytes are right for fp32.
        misconception: truncated
"""

PROMPTS = """\
beginner: Explain it.
intermediate: Explain why.
advanced: Decide.
"""

EXERCISE = """\
id: {id}
title: Quantize
lesson: {lesson}
order: {order}
version: 1
minutes: 15
requires: {requires}
brief: Write it.
interface:
  - name: quantize
    signature: "quantize(W) -> q"
hints:
  - Look.
  - Think.
  - Write.
misconceptions:
  - id: truncated
    thought: truncating is rounding
    message: int() cuts.
    hint: 2
notice: See.
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    course = Course(tmp_path / "course")
    course.write("lessons/course.yaml", COURSE)
    course.add_lesson("01-bits", "bits")
    course.add_exercise("absmax")
    return course
