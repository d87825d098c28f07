"""A CSV for Moodle. Of one exercise: the offline grading worksheet, with feedback. Of several: a column for each,
as the import of grades takes it.

Moodle refuses a worksheet without a column for when a grade was changed. It is empty, so that grades that somebody gave
in Moodle since are only replaced by who ticks that they may be.
"""

from __future__ import annotations

from tutor.classroom.formats.as_csv import table
from tutor.classroom.formats.standing import best_of, exercises_of, feedback
from tutor.classroom.gradebook import Gradebook

PERSON = ("Identifier", "Full name")


def render(book: Gradebook) -> bytes:
    """A line a student, with the points of the best submissions; of a single exercise its message, too."""
    exercises = exercises_of(book)
    lines = []
    for (student, number), rows in best_of(book).items():
        line = {"Identifier": f"Participant {number}" if number else "", "Full name": student}
        if len(exercises) == 1:
            row = rows[0]
            line |= {"Grade": str(row.points), "Maximum Grade": str(row.of)}
            line["Feedback comments"] = " ".join(feedback(book, row).split())
        else:
            line |= {row.exercise: str(row.points) for row in rows}
        lines.append(line)
    single = ("Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments")
    columns = (*PERSON, *(single if len(exercises) == 1 else exercises))
    return table(columns, ({name: line.get(name, "") for name in columns} for line in lines))
