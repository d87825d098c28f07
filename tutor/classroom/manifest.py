"""A CSV manifest: ``student,file`` and, where the file's name does not say it, ``exercise``; ``number`` if wanted."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.classroom.places import InFolder, Place
from tutor.errors import EnvironmentProblem, UsageProblem
from tutor.sandbox.clean import clean_text

NAME = "manifest.csv"


@dataclass(frozen=True)
class Listed:
    """One line of a manifest."""

    student: str
    file: str
    exercise: str
    number: str
    place: Place | None
    reason: str


def manifest_of(where: Path) -> Path | None:
    """The manifest that a path is, or that lies in it."""
    if where.is_dir():
        inside = where / NAME
        return inside if inside.is_file() else None
    return where if where.suffix.lower() == ".csv" else None


def read(file: Path) -> Iterator[Listed]:
    """Every line. A file is named from the manifest's own folder, and lies below it.

    Raises:
        UsageProblem: it is no CSV, or has no such columns.
        EnvironmentProblem: it can't be read.
    """
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeError) as problem:
        raise EnvironmentProblem(f"The manifest can't be read: {problem}.", where=str(file)) from None
    rows = csv.DictReader(text.splitlines())
    try:
        columns, lines = list(rows.fieldnames or ()), list(rows)
    except csv.Error as problem:
        raise UsageProblem(
            f"This is no CSV: {problem}.",
            where=f"{file}:{rows.line_num}",
            next_step="Mend that line, or write the file anew.",
        ) from None
    if not {"student", "file"} <= set(columns):
        told = clean_text(", ".join(columns), 200, single_line=True)
        raise UsageProblem(
            "A manifest has the columns student and file, and may have exercise and number.",
            where=f"{file}:1",
            next_step=f"It has {told or 'none'}.",
        )
    for row in lines:
        name = (row["file"] or "").strip().replace("\\", "/")
        path, reason = _place(file.absolute().parent, name)
        yield Listed(
            (row["student"] or "").strip(),
            name,
            (row.get("exercise") or "").strip(),
            (row.get("number") or "").strip(),
            InFolder(path) if not reason else None,
            reason,
        )


def _place(folder: Path, name: str) -> tuple[Path, str]:
    path = folder / name
    if not name:
        return path, "The manifest names no file."
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return path, "It leads out of the manifest's folder (path traversal): not read."
    try:
        if any(stat.S_ISLNK(step.lstat().st_mode) for step in _steps(folder, path)):
            return path, "A link, not a file: not followed."
        if not stat.S_ISREG(path.lstat().st_mode):
            return path, "A folder, not a file."
    except FileNotFoundError:
        return path, "There is no such file."
    except (OSError, ValueError) as problem:
        return path, f"It can't be read: {problem}."
    return path, ""


def _steps(folder: Path, path: Path) -> list[Path]:
    """The file and the folders on the way to it."""
    return [path, *(step for step in path.parents if step != folder and step.is_relative_to(folder))]
