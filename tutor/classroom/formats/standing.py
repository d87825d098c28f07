"""What counts of a student who handed an exercise in more than once: the best of it; and what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row

Student = tuple[str, str]
"""Name, and the number by which the course's system knows them."""


def exercises_of(book: Gradebook) -> dict[str, int]:
    """Each exercise with its points possible."""
    possible: dict[str, int] = {}
    for row in book.rows:
        if row.exercise:
            possible[row.exercise] = max(row.of, possible.get(row.exercise, 0))
    return dict(sorted(possible.items()))


def counting(book: Gradebook) -> tuple[Row, ...]:
    """The rows that count: of each student and exercise the best, one without a verdict last. A file for no
    exercise stands for itself."""
    best: dict[tuple[str, str, str], Row] = {}
    for row in book.rows:
        place = (row.student, row.number, row.exercise or row.file)
        if place not in best or _worth(row) > _worth(best[place]):
            best[place] = row
    return tuple(best.values())


def best_of(book: Gradebook) -> dict[Student, tuple[Row, ...]]:
    """Of each student the best row of each exercise. A row without a verdict counts as no row: nothing is known."""
    students: dict[Student, tuple[Row, ...]] = {}
    for row in counting(book):
        if row.has_verdict and row.exercise:
            student = (row.student, row.number)
            students[student] = (*students.get(student, ()), row)
    return students


def feedback(book: Gradebook, row: Row) -> str:
    """What a student reads beside the points: the verdict's message, then the first failure with its hint."""
    verdict = book.verdict(row)
    failures = (check for check in (verdict["checks"] if verdict else ()) if check["outcome"] == "failed")
    first = next((check for check in failures if check.get("message")), None)
    return " ".join(filter(None, (row.message, said(first) if first else "")))


def said(check: Mapping[str, Any]) -> str:
    """Message and hint of a check that did not pass."""
    hint = f"Hint: {check['hint']}" if check.get("hint") else ""
    return "\n".join(filter(None, (check.get("message") or "", hint)))


def _worth(row: Row) -> tuple[bool, int]:
    return row.has_verdict, row.points
