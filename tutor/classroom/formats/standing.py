"""What counts of a student who handed an exercise in more than once: the best of it."""

from __future__ import annotations

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


def best_of(book: Gradebook) -> dict[Student, tuple[Row, ...]]:
    """Of each student the best row of each exercise. A row without a verdict counts as no row: nothing is known."""
    students: dict[Student, dict[str, Row]] = {}
    for row in book.rows:
        best = students.setdefault((row.student, row.number), {})
        if (
            row.has_verdict
            and row.exercise
            and (row.exercise not in best or best[row.exercise].points < row.points)
        ):
            best[row.exercise] = row
    return {student: tuple(best.values()) for student, best in students.items() if best}
