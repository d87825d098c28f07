"""``tutor grade``: a folder of submissions, one gradebook."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, DeviceOption, JsonOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.classroom.gradebook import Gradebook
    from tutor.classroom.running import Progress, Ran
    from tutor.classroom.session import Session

SCHEMA = "tutor.class/1"
FAULTS = 5
BAR = 24


def grade_command(
    where: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, a zip export, or a CSV manifest.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the gradebook goes.")],
    engine: Annotated[str, typer.Option("--engine", metavar="local", help="Where gradings run.")] = "local",
    workers: Annotated[
        int,
        typer.Option(
            "--workers", metavar="N", min=0, help="Gradings at once; 0: as many as there is room for."
        ),
    ] = 0,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="csv|jsonl|junit|gradescope|canvas|moodle|html",
            help="Else FILE's name says it.",
            show_default=False,
        ),
    ] = None,
    exercise: Annotated[
        str,
        typer.Option(
            "--exercise",
            metavar="ID",
            help="What all files are for, whatever they are called.",
            show_default=False,
        ),
    ] = "",
    journal: Annotated[
        Path | None,
        typer.Option("--journal", metavar="FILE", help="Else DIR.journal beside FILE.", show_default=False),
    ] = None,
    retry_faults: Annotated[
        bool, typer.Option("--retry-faults", help="Grade again where the grader or the machine failed.")
    ] = False,
    device: DeviceOption = "auto",
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Grade a class. The same command again goes on where it was: nothing is graded twice.

    Exit code 0 when every row has a verdict; 5 (or 3) where the grader (or the machine) failed in some.
    """
    from tutor.classroom.engines import Wanted
    from tutor.classroom.formats import format_of
    from tutor.classroom.session import Session, journal_of

    _writable(out)
    named = format_of(form, out)
    session = Session(
        open_content(content),
        where,
        journal or journal_of(where, out),
        exercise=exercise,
        engine=engine,
        wanted=Wanted(device, workers),
        own_files=(out,),
    )
    with session:
        book, ran = _graded(session, retry_faults, json)
        _write(book, named, out)
        document = _document(book, ran, session)
        if json:
            console.write_json(document)
        else:
            console.write(_text(document, out, book))
    return int(document["exit"])


def _graded(session: Session, retry_faults: bool, json: bool) -> tuple[Gradebook, Ran]:
    try:
        return asyncio.run(session.grade(retry_faults=retry_faults, on_progress=None if json else _bar))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.write_error(
            f"{len(session.journal)} gradings are kept in {session.journal.path}: the same command goes on."
        )
        raise KeyboardInterrupt from None


def _write(book: Gradebook, named: str, out: Path) -> None:
    from tutor.classroom.formats import render
    from tutor.progress.files import write_atomically

    write_atomically(out, render(book, named))


def _bar(progress: Progress) -> None:
    """Where the run is: a bar, the rate, the time left."""
    filled = BAR * progress.done // max(1, progress.of)
    left = progress.seconds_left
    parts = [f"{'█' * filled}{'·' * (BAR - filled)} {progress.done} of {progress.of}"]
    if progress.graded:
        parts.append(f"{progress.rate:.1f} a second")
    if left is not None and progress.done < progress.of:
        parts.append(f"{_time(left)} left")
    if progress.faults:
        parts.append(f"{progress.faults} faults")
    console.status("  ".join(parts))


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (
        f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
    )


def _document(book: Gradebook, ran: Ran, session: Session) -> dict[str, Any]:
    verdicts = [row.verdict for row in book.rows]
    gradings = len({row.key for row in book.rows if row.key is not None})
    codes = [row.exit_code for row in book.faults]
    return {
        "schema": SCHEMA,
        "rows": len(book.rows),
        "students": len({(row.student, row.number) for row in book.rows}),
        "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
        "graded": ran.graded,
        "from_journal": gradings - ran.graded,
        "identical": sum(row.key is not None for row in book.rows) - gradings,
        "not_read": sum(row.key is None for row in book.rows),
        "left_aside": len(book.aside),
        "seconds": round(ran.seconds, 3),
        "workers": ran.workers,
        "journal": str(session.journal.path),
        "exit": 0 if not codes else FAULTS if FAULTS in codes else codes[0],
    }


def _text(document: dict[str, Any], out: Path, book: Gradebook) -> str:
    verdicts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in document["verdicts"].items())
    lines = [
        f"{styled(_count(document['rows'], 'row'), 'bold')} of {_count(document['students'], 'student')}: {verdicts}"
    ]
    if document["graded"]:
        rate = document["graded"] / document["seconds"]
        lines.append(
            f"Graded now: {document['graded']}, {document['workers']} at once, in {_time(document['seconds'])}, "
            f"{rate:.1f} a second"
        )
    if document["from_journal"]:
        lines.append(f"Graded before, and taken from the journal: {document['from_journal']}")
    if document["identical"]:
        lines.append(f"Identical files are graded once: {document['identical']} share another's verdict")
    if document["not_read"]:
        lines.append(f"Not graded, each with its reason in the gradebook: {document['not_read']}")
    if book.aside:
        lines.append(f"Left aside, since their names say no exercise: {_some(book.aside)}")
    if book.faults:
        lines.append(
            styled(
                f"Without a verdict: {_count(len(book.faults), 'row')}; --retry-faults tries them again",
                "yellow",
            )
        )
    lines.append(f"Written to {clean(str(out))}; journal: {clean(document['journal'])}")
    return "\n".join(lines)


def _some(names: tuple[str, ...], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return clean(", ".join(names[:most])) + more


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _writable(file: Path) -> None:
    """Complain about an impossible --out before the grading, not after."""
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UsageProblem(
            "This file can't be written.",
            where=f"--out {file}",
            next_step="Name a file in a folder that exists.",
        )
