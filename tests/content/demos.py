"""The lessons' demos with what they print: run inside this process (fast), or on the real model as the tutor does."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from tests.content.exercises import loaded
from tests.content.lesson_text import FOLDERS, LESSONS


@cache
def module(lesson: str) -> ModuleType:
    return loaded(LESSONS / FOLDERS[lesson] / "demo.py", f"demo_of_{lesson}")


@cache
def output(lesson: str, *arguments: str) -> str:
    """What the demo prints on the CPU."""
    demo = module(lesson)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        demo.main(demo.parse_options(["--device", "cpu", *arguments]))
    return text.getvalue()


def output_on(real_model: Path, lesson: str, *arguments: str, seconds: float = 600) -> str:
    """What the demo prints alone, with the model's folder in the environment; it says nothing else, on 78 columns."""
    done = subprocess.run(
        [sys.executable, "-I", LESSONS / FOLDERS[lesson] / "demo.py", "--device", "cpu", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "OMP_WAIT_POLICY": "passive",  # as the tutor starts demos: others may need the cores
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
