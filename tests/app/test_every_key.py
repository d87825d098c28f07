"""Each key that a screen or a widget binds is pressed by some test of the app."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding

import tutor.app.screens
import tutor.app.widgets
from tutor.app.tutor_app import TutorApp

PRESSED = re.compile(r'"([^"\s]+)"')


def bound() -> Iterator[tuple[str, str]]:
    """Every class that binds keys, with each of them."""
    classes: list[type] = [TutorApp]
    for package in (tutor.app.screens, tutor.app.widgets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            classes += [
                one for one in vars(module).values() if isinstance(one, type) and one.__module__ == found.name
            ]
    for one in classes:
        for binding in one.__dict__.get("BINDINGS", ()):
            if isinstance(binding, Binding):
                for key in binding.key.split(","):
                    yield one.__name__, key


def test_every_key_is_pressed_somewhere() -> None:
    tests = (path.read_text("utf-8") for path in Path(__file__).parent.glob("*.py"))
    pressed = {key for text in tests for key in PRESSED.findall(text)}
    pressed |= {"ctrl+z"}  # suspends: tests/e2e/test_terminal.py
    assert sorted({(name, key) for name, key in bound() if key not in pressed}) == []
