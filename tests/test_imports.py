"""Nothing that a learner waits for imports tensors: import-linter reads it, this runs it."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "transformers", "bitsandbytes", "numpy", "safetensors"}
FACES = {"textual", "typer", "rich"}


def imported_by(statements: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after ``statements``."""
    listing = "import json, sys\nprint()\nprint(json.dumps([name.split('.')[0] for name in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{statements}\n{listing}"],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_of(room: str) -> list[str]:
    """The names of every module in a room of the house."""
    package = f"tutor.{room}."
    found = [module.name for module in pkgutil.walk_packages([str(REPOSITORY / "tutor" / room)], package)]
    assert found, f"no modules in {room}"
    return found


def test_the_check_would_notice_tensors() -> None:
    assert "numpy" in imported_by("import numpy")


@pytest.mark.parametrize("room", ["cli", "web", "app", "assist", "classroom", "quiz", "progress", "course"])
def test_no_module_of_a_room_imports_tensors(room: str) -> None:
    assert imported_by(f"import {', '.join(modules_of(room))}").isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "room", ["quiz", "progress", "course", "compute", "sandbox", "grading", "proving", "classroom"]
)
def test_the_engine_imports_no_face(room: str) -> None:
    assert imported_by(f"import tutor.{room}").isdisjoint(FACES | HEAVY)


@pytest.mark.parametrize("arguments", [[], ["list"], ["list", "--json"]])
def test_the_course_map_is_printed_without_tensors(arguments: list[str]) -> None:
    assert imported_by(f"from tutor.cli import main\nassert main({arguments!r}) == 0").isdisjoint(HEAVY)
