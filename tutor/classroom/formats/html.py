"""The gradebook as one HTML file: the class at a glance, then a page for each student with their verdicts.

No script, no font, no picture comes from anywhere else, and the file's own policy forbids it. Pages are sections
that the address's ``#`` chooses. Printed, they follow each other, or one student's is printed alone where it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tutor import __version__
from tutor.amounts import counted, size
from tutor.classroom.formats import plots
from tutor.classroom.gradebook import Gradebook
from tutor.classroom.overview import overview
from tutor.classroom.rows import Row
from tutor.grading import bars
from tutor.grading.verdict import HEADLINES
from tutor.sandbox.clean import clean_text

if TYPE_CHECKING:
    from jinja2 import Template

SIGNS = {"passed": "✓", "failed": "✗", "error": "✗", "skipped": "○"}
_VERDICTS = {"passed": "good", "failed": "bad", "error": "bad", "fault": "odd"}


def render(book: Gradebook) -> bytes:
    """The whole report as one page of HTML, in UTF-8."""
    seen = overview(book)
    graded = book.graded
    memory = [row.peak_bytes / 1e6 for row in graded if row.peak_bytes]
    students = [
        (who, list(rows)) for who, rows in groupby(book.rows, key=lambda row: (row.student, row.number))
    ]
    verdicts = [
        plots.Bar(name.replace("_", " "), count, _VERDICTS.get(name, "odd"))
        for name, count in seen.verdicts.items()
    ]
    drawn = [
        (title, plots.columns(title, columns, unit))
        for title, columns, unit in (
            ("Verdicts", verdicts, "submissions"),
            ("Points", plots.points([(row.points, row.of) for row in book.rows]), "% of the points"),
            ("Time of a grading", plots.amounts([row.seconds for row in graded]), "seconds, at most"),
            ("Peak memory of a submission", plots.amounts(memory), "MB, at most"),
        )
    ]
    text = _template().render(
        book=book,
        seen=seen,
        drawn=drawn,
        students=students,
        among=Counter((row.student, row.number, row.exercise) for row in book.rows),
        pages={who: f"s{number}" for number, (who, _) in enumerate(students, 1)},
        verdict_of=book.verdict,
        kind=lambda name: _VERDICTS.get(name, "odd"),
        version=__version__,
    )
    return text.encode("utf-8", "replace")


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tutor.classroom.formats", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(signs=SIGNS, headline=_headline, meter=_meter, said=_said, told=_told)
    environment.filters.update(size=size, counted=counted, clean=lambda text: clean_text(text, 20_000))
    return environment.get_template("report.html.j2")


def _headline(row: Row) -> str:
    return "No verdict: the grader failed" if not row.has_verdict else HEADLINES.get(row.verdict, row.verdict)


def _meter(measurement: Mapping[str, Any]) -> float | None:
    """How far along its bar a measurement is, in per cent: the limit stands at 50, a factor of ten at each end."""
    share = bars.ratio(measurement)
    return None if share is None else 100 * bars.filled(share) / bars.WIDTH


def _said(measurement: Mapping[str, Any]) -> str:
    return bars.parts(measurement)[1]


def _told(check: Mapping[str, Any], verdict: Mapping[str, Any]) -> list[str]:
    """Message and hint of a check, unless the verdict as a whole says them, as the learner sees them."""
    if check["outcome"] == "passed":
        return []
    known = (verdict.get("message"), verdict.get("next"))
    repeats = check["outcome"] == "error" and str(check.get("message")).startswith("Same cause as ")
    texts = [(check.get("message") or "", ""), (check.get("hint") or "", "Hint: ")]
    return [before + text for text, before in texts if text and text not in known and not repeats]
