"""The gradebook as JUnit XML: a suite for each submission, a case for each check."""

from __future__ import annotations

from xml.etree.ElementTree import Element, indent, tostring

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row
from tutor.grading.junit import junit_suite


def render(book: Gradebook) -> bytes:
    """A ``testsuite`` for each submission, with the totals of all above them."""
    suites = Element("testsuites")
    suites.extend(_suite(book, row) for row in book.rows)
    for total in ("tests", "failures", "errors", "skipped"):
        suites.set(total, str(sum(int(suite.get(total, "0")) for suite in suites)))
    indent(suites)
    written: bytes = tostring(suites, encoding="utf-8", xml_declaration=True)
    return written


def _suite(book: Gradebook, row: Row) -> Element:
    verdict = book.verdict(row) or {
        "exercise": row.exercise or "?",
        "verdict": row.verdict,
        "seconds": 0,
        "checks": [],
        "message": row.message,
    }
    return junit_suite(verdict, f"{row.student}: {row.file}")
