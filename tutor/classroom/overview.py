"""What a class misunderstood: checks by how many they stopped, misconceptions by how many hold them, the extremes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row

EXTREMES = 10


@dataclass(frozen=True)
class CheckRate:
    """A required check, and how many of those it was run on did not pass it."""

    exercise: str
    title: str
    failed: int
    of: int

    @property
    def share(self) -> float:
        """Of those it was run on, how many did not pass it, from 0 to 1."""
        return self.failed / self.of


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, in the words of its exercise, and how many submissions show it."""

    exercise: str
    id: str
    thought: str
    count: int
    of: int


@dataclass(frozen=True)
class Overview:
    """The class at a glance. Rates are over submissions, so that a file of ten students counts ten times."""

    students: int
    verdicts: dict[str, int]
    checks: tuple[CheckRate, ...]
    misconceptions: tuple[Misconception, ...]
    slowest: tuple[Row, ...]
    largest: tuple[Row, ...]


def overview(book: Gradebook) -> Overview:
    """Rates of checks and misconceptions over the rows with a verdict, and the slowest and largest of them."""
    graded = book.graded
    return Overview(
        book.students,
        dict(Counter(row.verdict for row in book.rows).most_common()),
        tuple(_checks(book, graded)),
        tuple(_misconceptions(book, graded)),
        tuple(sorted(graded, key=lambda row: -row.seconds)[:EXTREMES]),
        tuple(sorted(graded, key=lambda row: -(row.peak_bytes or 0))[:EXTREMES]),
    )


def _checks(book: Gradebook, rows: Sequence[Row]) -> list[CheckRate]:
    failed: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        verdict = book.verdict(row)
        for check in verdict["checks"] if verdict else ():
            if check["required"] and check["outcome"] != "skipped":
                place = (row.exercise, str(check["title"] or check["id"]))
                seen[place] += 1
                failed[place] += check["outcome"] != "passed"
    rates = [CheckRate(*place, failed[place], count) for place, count in seen.items()]
    return sorted(rates, key=lambda rate: (-rate.share, rate.exercise, rate.title))


def _misconceptions(book: Gradebook, rows: Sequence[Row]) -> list[Misconception]:
    held = Counter((row.exercise, thought) for row in rows for thought in row.misconceptions)
    of = Counter(row.exercise for row in rows)
    return [
        Misconception(exercise, id, _thought(book, exercise, id), count, of[exercise])
        for (exercise, id), count in held.most_common()
    ]


def _thought(book: Gradebook, exercise: str, id: str) -> str:
    known = book.content.exercise(exercise).misconception(id)
    return known.thought if known else ""
