"""The lessons' demos with what they print: run inside this process (fast), or alone on the real model."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from tests.content.exercises import loaded
from tests.content.lesson_text import FOLDERS, LESSONS
from tests.once import once


@cache
def module(lesson: str) -> ModuleType:
    return loaded(LESSONS / FOLDERS[lesson] / "demo.py", f"demo_of_{lesson}")


@cache
def output(lesson: str, *arguments: str) -> str:
    """What the demo prints on the CPU without the real model; one worker runs it, the others read what it printed."""
    assert "TUTOR_MODEL_FOLDER" not in os.environ
    return once(repr((lesson, *arguments)), lambda: printed(lesson, *arguments))


def printed(lesson: str, *arguments: str) -> str:
    """The same, run anew."""
    demo = module(lesson)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        demo.main(demo.parse_options(["--device", "cpu", *arguments]))
    return text.getvalue()


def part_on(real_model: Path, lesson: str, *arguments: str, without: Iterable[str]) -> str:
    """What the demo prints of the real model inside this process, ``without`` what the functions of these names do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTOR_MODEL_FOLDER", str(real_model))
        for name in without:
            patch.setattr(module(lesson), name, lambda *_: None)
        return printed(lesson, *arguments)


def output_on(real_model: Path, lesson: str, *arguments: str, seconds: float = 600) -> str:
    """What the demo prints alone, with the model's folder in the environment; it says nothing else, on 78 columns."""
    done = subprocess.run(
        [sys.executable, "-I", LESSONS / FOLDERS[lesson] / "demo.py", "--device", "cpu", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "OMP_NUM_THREADS": "1",  # two take nearly twice the processor's time for it
            "TUTOR_MODEL_FOLDER": str(real_model),
        },
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 78
    return done.stdout
