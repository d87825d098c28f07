"""What tests of single exercises share: the texts, the reference, and what the public example prints for it."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tutor.course.models import Exercise

ROOT = Path(__file__).parents[2]


@cache
def exercise(id: str) -> Exercise:
    """``exercise.yaml`` of an exercise of the course."""
    text = (ROOT / "exercises" / id / "exercise.yaml").read_text("utf-8")
    return Exercise.model_validate(yaml.safe_load(text))


def misconception(id: str, name: str) -> str:
    """What the exercise says of one of its misconceptions."""
    return next(one.message for one in exercise(id).misconceptions if one.id == name)


def one_line(text: str) -> str:
    """``text`` with single spaces and plain minus signs, to look for figures in."""
    return " ".join(text.replace("−", "-").split())


def loaded(path: Path, name: str = "solution") -> ModuleType:
    """A file of the course as a module, loaded anew."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reference(id: str) -> ModuleType:
    """The exercise's reference, in this process."""
    return loaded(ROOT / "graders" / id / "reference.py")


def example(id: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the public example prints for the reference."""
    monkeypatch.setitem(sys.modules, "solution", reference(id))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        loaded(ROOT / "exercises" / id / "example.py", "example")
    return printed.getvalue()


def wrong_ideas(id: str) -> set[str]:
    """The misconceptions that a wrong solution of the exercise shows."""
    return {path.stem.partition("--")[0] for path in (ROOT / "graders" / id / "wrong").glob("*.py")}
