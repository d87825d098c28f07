"""What a gradebook is written as. A format is one module here, and one line in ``FORMATS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.amounts import counted
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.classroom.gradebook import Gradebook

Write = Callable[["Gradebook"], bytes]


@dataclass(frozen=True)
class Format:
    """The module here whose ``render`` makes the file, what such files are called, and what becomes of students
    whose number is not known where the file is imported."""

    module: str
    suffixes: tuple[str, ...] = ()
    numberless: str = ""


FORMATS = {
    "csv": Format("as_csv", (".csv",)),
    "jsonl": Format("json_lines", (".jsonl", ".ndjson")),
    "junit": Format("junit", (".xml",)),
    "gradescope": Format("gradescope", (".json",)),
    "canvas": Format("canvas", numberless="Canvas finds them by their name alone, as it spells it"),
    "moodle": Format("moodle", numberless="Moodle passes over their lines"),
    "html": Format("html", (".html", ".htm")),
}


def format_of(named: str | None, out: Path) -> str:
    """The format that was named, else the one that the file's name says; CSV where its name has no ending.

    Raises:
        UsageProblem: there is no such format, or no file of any format ends so.
    """
    if named is None:
        return _format_by_suffix(out) if out.suffix else "csv"
    if named not in FORMATS:
        raise UsageProblem(
            f"There is no format '{named[:40]}'.",
            where="--format",
            next_step=f"Formats: {', '.join(FORMATS)}.",
        )
    return named


def _format_by_suffix(out: Path) -> str:
    formats = {suffix: name for name, one in FORMATS.items() for suffix in one.suffixes}
    if out.suffix.lower() not in formats:
        raise UsageProblem(
            f"No gradebook ends in '{out.suffix[:40]}'.",
            where=f"--out {out}",
            next_step=f"Known endings: {', '.join(formats)}; --format {'|'.join(FORMATS)} goes with any name.",
        )
    return formats[out.suffix.lower()]


def render(book: Gradebook, named: str) -> bytes:
    """The gradebook in a format of ``FORMATS``."""
    write: Write = import_module(f"{__name__}.{FORMATS[named].module}").render
    return write(book)


def advice(book: Gradebook, named: str) -> str:
    """What to know before such a file is imported; empty where there is nothing."""
    without = {(row.student, row.number) for row in book.rows if not row.number}
    if not without or not FORMATS[named].numberless:
        return ""
    return (
        f"The number of {counted(len(without), 'student')} is not known, and {FORMATS[named].numberless}: grade the "
        "export itself, or a manifest.csv with a column 'number'"
    )


def pairs_csv(book: Gradebook) -> bytes:
    """The pairs to look at as CSV, those that share most first."""
    from tutor.classroom.formats.as_csv import table

    return table(("exercise", "one", "other", "share"), (vars(pair) for pair in book.pairs or ()))
