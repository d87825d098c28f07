"""A class run for people: the bar while it runs, and what it came to."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.amounts import counted, duration
from tutor.cli import console
from tutor.cli.console import clean, styled

if TYPE_CHECKING:
    from tutor.classroom.gradebook import Gradebook
    from tutor.classroom.running import Progress, Ran

SCHEMA = "tutor.class/1"
FAULTS = 5
BAR = 24
LOGGED_EVERY = 30.0
"""Seconds between two lines where no terminal can show a bar."""

_logged_at = 0.0


def announce(progress: Progress) -> None:
    """Where the run is: a bar, the rate, the time left. In a log, a line now and then."""
    global _logged_at
    text = progress_line(progress)
    if sys.stderr.isatty():
        console.status(text)
    elif time.monotonic() - _logged_at > LOGGED_EVERY and progress.seconds > LOGGED_EVERY:
        _logged_at = time.monotonic()
        console.write_error(text)


def progress_line(progress: Progress) -> str:
    """``████········ 120 of 500  3.1 a second  2 min 03 s left``."""
    filled = BAR * progress.done // max(1, progress.of)
    left = progress.seconds_left
    parts = [f"{'█' * filled}{'·' * (BAR - filled)} {progress.done} of {progress.of}"]
    if progress.graded:
        parts.append(f"{progress.rate:.1f} a second")
    if left is not None and progress.done < progress.of:
        parts.append(f"{duration(left)} left")
    if progress.faults:
        parts.append(counted(progress.faults, "fault"))
    return "  ".join(parts)


def class_document(book: Gradebook, ran: Ran, journal: Path, written: Sequence[Path]) -> dict[str, Any]:
    """The ``tutor.class/1`` document of a run."""
    verdicts = [row.verdict for row in book.rows]
    gradings = len({row.key for row in book.rows if row.key is not None})
    codes = [row.exit_code for row in book.faults]
    return {
        "schema": SCHEMA,
        "rows": len(book.rows),
        "students": book.students,
        "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
        "graded": ran.graded,
        "from_journal": gradings - ran.graded,
        "identical": sum(row.key is not None for row in book.rows) - gradings,
        "not_read": sum(row.key is None for row in book.rows),
        "left_aside": len(book.aside),
        "pairs": len(book.pairs or ()),
        "seconds": round(ran.seconds, 3),
        "workers": ran.workers,
        "journal": str(journal),
        "written": [str(file) for file in written],
        "exit": 0 if not codes else FAULTS if FAULTS in codes else codes[0],
    }


def class_text(document: dict[str, Any], book: Gradebook) -> str:
    """The same in a few lines."""
    verdicts = ", ".join(
        f"{number} {name.replace('_', ' ')}" for name, number in document["verdicts"].items()
    )
    rows, students = counted(document["rows"], "row"), counted(document["students"], "student")
    lines = [f"{styled(rows, 'bold')} of {students}: {verdicts}"]
    if document["graded"]:
        rate = document["graded"] / document["seconds"]
        took = f"{document['workers']} at once, in {duration(document['seconds'])}, {rate:.1f} a second"
        lines.append(f"Graded now: {document['graded']}, {took}")
    if document["from_journal"]:
        lines.append(f"Graded before, and taken from the journal: {document['from_journal']}")
    if document["identical"]:
        lines.append(f"Identical files are graded once: {document['identical']} share another's verdict")
    if document["not_read"]:
        unread = _some([row.file for row in book.rows if row.key is None])
        lines.append(f"Not graded, each with its reason in the gradebook: {document['not_read']} ({unread})")
    if book.aside:
        lines.append(f"Left aside, since they are for no exercise that is graded here: {_some(book.aside)}")
    if book.pairs:
        lines.append(
            f"Much alike: {counted(len(book.pairs), 'pair')} to look at (--pairs FILE, or the HTML report)"
        )
    if book.faults:
        faults = counted(len(book.faults), "row")
        lines.append(styled(f"Without a verdict: {faults}; --retry-faults tries them again", "yellow"))
    lines.append(f"Written to {clean(', '.join(document['written']))}; journal: {clean(document['journal'])}")
    return "\n".join(lines)


def _some(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return clean(", ".join(names[:most])) + more
