"""The doctor on places: the learner's home, the course, the terminal."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tutor.errors import TutorProblem
from tutor.paths import content_root
from tutor.proving.findings import Finding

MIB = 1 << 20
LEAST_SPACE = 20 * MIB
ENOUGH_SPACE = 1024 * MIB  # a small model in the cache, and room to work
COLUMNS, LINES = 80, 24


def home(folder: Path) -> Iterator[Finding]:
    """Whether progress and work can be written, and how much space there is."""
    remedy = "Set TUTOR_HOME to a folder that you may write to."
    place = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"x" * 4096)
    except OSError as error:
        yield Finding("home", "problem", f"{folder} can't be written: {error.strerror or error}.", remedy)
        return
    free = shutil.disk_usage(place).free
    detail = f"{folder}, {free // MIB:,} MiB free."
    if free < LEAST_SPACE:
        yield Finding("home", "problem", detail, f"Make space, or: {remedy}")
    elif free < ENOUGH_SPACE:
        yield Finding("home", "warning", detail, "Make space: a model for the capstone takes about 1 GiB.")
    else:
        yield Finding("home", "ok", detail)


def content(folder: Path | None) -> Iterator[Finding]:
    """Whether the course loads. A broken file that leaves the rest usable is a warning."""
    from tutor.course import check_content, load_content

    try:
        root = content_root(folder)
        course = load_content(root)
    except TutorProblem as problem:
        yield Finding("content", "problem", str(problem), "Mend that file, or install the tutor again.")
        return
    detail = (
        f"{course.title}, {len(course.lessons)} lessons, {len(course.exercises)} exercises, in {root.root}."
    )
    if problems := check_content(root):
        detail += f" {len(problems)} files or places are broken, the first: {problems[0]}"
        yield Finding("content", "warning", detail, "'tutor validate' shows all.")
    else:
        yield Finding("content", "ok", detail)


def terminal() -> Iterator[Finding]:
    """Whether the app can run here. Without a terminal the commands work all the same."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    if "utf" not in encoding:
        remedy = "Set LANG to a UTF-8 locale, or PYTHONUTF8=1."
        yield Finding("encoding", "warning", f"Output is {encoding}: formulas and bars lose signs.", remedy)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("terminal", "ok", "No terminal here: commands print text, the app needs a terminal.")
        return
    name = os.environ.get("TERM", "")
    columns, lines = shutil.get_terminal_size()
    detail = f"{name or 'of unknown kind'}, {columns}x{lines}."
    if name in ("", "dumb"):
        yield Finding(
            "terminal", "warning", detail, "Set TERM, such as xterm-256color, or use 'tutor --plain'."
        )
    elif columns < COLUMNS or lines < LINES:
        yield Finding("terminal", "warning", detail, f"Make it at least {COLUMNS}x{LINES}.")
    else:
        yield Finding("terminal", "ok", detail)
