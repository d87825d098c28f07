"""A CSV that Canvas imports as grades: a line a student, a column an exercise, the points possible above."""

from __future__ import annotations

from tutor.classroom.formats.as_csv import table
from tutor.classroom.formats.standing import best_of, exercises_of
from tutor.classroom.gradebook import Gradebook

FIXED = ("Student", "ID", "SIS Login ID", "Section")


def render(book: Gradebook) -> bytes:
    """A line a student, with the points of the best submission to each exercise; first what is possible."""
    exercises = exercises_of(book)
    possible = {"Student": "    Points Possible", **exercises}
    lines = [
        {"Student": student, "ID": number, **{row.exercise: row.points for row in rows}}
        for (student, number), rows in best_of(book).items()
    ]
    columns = (*FIXED, *exercises)
    return table(columns, ({name: line.get(name, "") for name in columns} for line in (possible, *lines)))
