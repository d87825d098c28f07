"""The lessons' demos, run inside this process (fast) with what they print kept."""

from __future__ import annotations

import contextlib
import importlib.util
import io
from functools import cache
from types import ModuleType

from tests.content.lesson_text import FOLDERS, LESSONS


@cache
def module(lesson: str) -> ModuleType:
    file = LESSONS / FOLDERS[lesson] / "demo.py"
    spec = importlib.util.spec_from_file_location(f"demo_of_{lesson}", file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@cache
def output(lesson: str, *arguments: str) -> str:
    """What the demo prints on the CPU."""
    demo = module(lesson)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        demo.main(demo.parse_options(["--device", "cpu", *arguments]))
    return text.getvalue()
