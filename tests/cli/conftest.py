"""A small course of its own, and the program as a real subprocess."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tutor.cli import main
from tutor.grading import Grader
from tutor.paths import ContentRoot

FILES = {
    "lessons/course.yaml": """\
        id: small
        title: A small course
        version: "1"
        modules:
          - {id: basics, title: Basics}
    """,
    "lessons/01-first/lesson.yaml": """\
        id: first
        title: First steps
        module: basics
        version: 1
        minutes: 5
        summary: What doubling is.
        goals:
          - {id: doubling, text: double a number}
        steps:
          - id: why
            kind: why
            title: Why double
            markdown: Twice is *more*.
          - id: run
            kind: demo
            title: See it
            markdown: Run it.
            predict:
              question: What is twice 2?
              guesses:
                - {text: four, reply: Yes.}
                - {text: five, reply: No.}
        demo:
          title: Twice
          seconds: 0.1
          knobs:
            - {name: seed, label: Seed, kind: int, default: 0, minimum: 0, maximum: 9}
            - {name: mode, label: Mode, kind: choice, default: calm, choices: [calm, loud, broken]}
        try_it:
          - {text: Try another seed., opens: "demo:seed=3,mode=loud"}
          - {text: Write it., opens: "exercise:doubling"}
    """,
    "lessons/01-first/demo.py": """\
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--device", default="auto")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--mode", default="calm")
        options = parser.parse_args()
        print(f"seed {options.seed} mode {options.mode} device {options.device}")
        if options.mode == "broken":
            raise SystemExit(7)
        print("\\x1b]0;title\\x07the end")
    """,
    "lessons/01-first/prompts.yaml": """\
        beginner: Explain doubling to me.
        intermediate: Why is doubling linear?
        advanced: Prove that doubling is a bijection of the reals.
    """,
    "lessons/01-first/quiz.yaml": """\
        items:
          - id: one-right
            kind: single
            goal: doubling
            step: why
            question: What is twice {{ n }}?
            draw: {n: [2, 3]}
            options:
              - {id: twice, text: "{{ 2 * n }}", right: true, why: Two times it.}
              - {id: one-more, text: "{{ 2 * n + 1 }}", why: "You add, but one too many."}
          - id: some-right
            kind: multiple
            goal: doubling
            question: Which are even?
            options:
              - {id: two, text: "2", right: true, why: Even.}
              - {id: three, text: "3", why: Odd.}
              - {id: four, text: "4", right: true, why: Even.}
          - id: a-number
            kind: numeric
            goal: doubling
            question: Twice {{ n }} bytes?
            draw: {n: [4, 8]}
            answer: 2 * n
            unit: bytes
            why: Two times it.
            wrong:
              - {value: n, why: That is once.}
          - id: an-output
            kind: output
            goal: doubling
            question: What does it print?
            code: print(2 * 4)
            answer: "8"
            why: Two times four.
            wrong:
              - {value: "24", why: That is text.}
          - id: an-order
            kind: order
            goal: doubling
            question: Smallest first.
            pieces:
              - {id: once, text: once}
              - {id: twofold, text: twice}
              - {id: thrice, text: thrice}
            why: By size.
          - id: a-match
            kind: match
            goal: doubling
            question: What belongs together?
            pairs:
              - {left: {id: one, text: one}, right: {id: two, text: two}, why: Doubled.}
              - {left: {id: two, text: two}, right: {id: four, text: four}, why: Doubled.}
              - {left: {id: three, text: three}, right: {id: six, text: six}, why: Doubled.}
          - id: some-code
            kind: code
            goal: doubling
            question: Fill in the blank.
            code: |
              def double(x):
                  return ____
            answer: 2 * x
            cases:
              - {expression: double(3), gives: "6"}
            why: Two times it.
            wrong:
              - {value: x, why: That is once.}
    """,
    "exercises/doubling/exercise.yaml": """\
        id: doubling
        title: Double it
        lesson: first
        order: 1
        version: 1
        minutes: 5
        brief: Write `double`.
        interface:
          - {name: double, signature: "double(x: float) -> float"}
        hints:
          - Think of addition.
          - Add it to itself.
          - x + x.
        misconceptions:
          - id: returns-the-input
            thought: doubling leaves a number as it is
            message: Twice a number is another one, unless it is zero.
            hint: 2
        notice: Doubling is linear.
    """,
    "exercises/doubling/stub.py": '''\
        """Double a number."""


        def double(x):
            """Return twice x."""
            raise NotImplementedError
    ''',
    "exercises/doubling/example.py": """\
        from solution import double

        print("twice 2 is", double(2.0))
    """,
    "graders/doubling/test_doubling.py": '''\
        def test_doubles(solution, draw, measure, expect):
            """Twice a number comes back."""
            x = draw.uniform(1.0, 2.0)
            came = expect.number(solution.double(x), name="double(x)")
            known = "returns-the-input" if came == x else None
            measure("error", abs(came - 2 * x), 1e-6, misconception=known)
    ''',
    "graders/doubling/reference.py": '''\
        """Double a number."""


        def double(x):
            """Return twice x."""
            return 2 * x
    ''',
    "graders/doubling/right/addition.py": '''\
        """By addition: one operation less for the processor."""


        def double(x):
            return x + x
    ''',
    "graders/doubling/wrong/returns-the-input.py": "def double(x):\n    return x\n",
}

REFERENCE = dedent(FILES["graders/doubling/reference.py"])
STUB = dedent(FILES["exercises/doubling/stub.py"])


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one document on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    def is_clean(self) -> bool:
        """No traceback, no escape sequence, nowhere."""
        return all("Traceback" not in text and "\x1b" not in text for text in (self.out, self.err))


@pytest.fixture(scope="session")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course; tests that change files copy it first."""
    return write_course(tmp_path_factory.mktemp("small"))


def write_course(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write the course into ``folder``, some files replaced."""
    for name, text in {**FILES, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        long_ago = time.time() - 3600  # an index does not trust files that changed just now
        os.utime(path, (long_ago, long_ago))
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def environment(home: Path, course: Path | None, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: its own home, no colours, no terminal's whims."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("TUTOR_", "_TUTOR", "PYTEST"))
    }
    named = {"TUTOR_CONTENT": str(course)} if course else {}
    return {**kept, "TUTOR_HOME": str(home), "COLUMNS": "100", **named, **(changes or {})}


Tutor = Callable[..., Ended]


@pytest.fixture
def tutor(home: Path, small_course: Path) -> Tutor:
    """Run a command line as a real process on the small course."""

    def run(
        *words: str | Path,
        stdin: str | bytes = "",
        course: Path | None = small_course,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        prefix: Sequence[str] = (),
    ) -> Ended:
        done = subprocess.run(
            [*prefix, sys.executable, "-m", "tutor", *map(str, words)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env=environment(home, course, env),
            timeout=timeout,
            check=False,
        )
        return Ended(
            done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    return run


@pytest.fixture(scope="module")
def lasting_grader(small_course: Path) -> Iterator[tuple[asyncio.Runner, Grader]]:
    """A grader of the small course, and the loop that it lives in: each that starts imports torch twice."""
    with asyncio.Runner() as runner:
        grader = Grader(ContentRoot(small_course))
        yield runner, grader
        runner.run(grader.close())


@pytest.fixture
def tutor_here(
    home: Path,
    small_course: Path,
    lasting_grader: tuple[asyncio.Runner, Grader],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Tutor:
    """Run a command line on the small course inside this process; a submission finds the grader at work already."""
    runner, grader = lasting_grader

    @asynccontextmanager
    async def lent(_root: ContentRoot) -> AsyncIterator[Grader]:
        yield grader

    monkeypatch.setattr("tutor.grading.Grader", lent)
    monkeypatch.setattr(asyncio, "run", runner.run)
    for name, value in environment(home, small_course).items():
        monkeypatch.setenv(name, value)

    def run(*words: str | Path) -> Ended:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Ended(code, *capfd.readouterr())

    return run
