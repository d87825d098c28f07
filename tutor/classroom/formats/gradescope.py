"""``results.json`` as Gradescope's autograder reads it: a test for each required check, a point each.

Gradescope grades one submission at a time. Of a class of several students it is still one such document, with the
student's name before each test. Of several files for one exercise only the best has tests: points are added up, and
two copies of a file are no more than one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tutor.classroom.formats.standing import counting, said
from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row

NOT_COUNTED = "Not counted: another file for this exercise is as good or better."
NOT_GRADED = (
    "Nothing is known of this file, and it is no fault of yours: submit it again, or ask your instructor to."
)


def render(book: Gradebook) -> bytes:
    """A test for each required check of what counts; what has no verdict is one test that is not passed."""
    rows = counting(book)
    counted = set(rows)
    several = len({(row.student, row.number) for row in rows}) > 1
    tests = [
        test
        for number, row in enumerate(rows, 1)
        for test in _tests(
            book, row, f"{row.student}: " if several else "", f"{number}." if len(rows) > 1 else ""
        )
    ]
    document = {
        "score": sum(test["score"] for test in tests),
        "execution_time": round(sum(row.seconds for row in book.rows), 3),
        "output": "\n".join(_line(row, row in counted) for row in book.rows),
        "visibility": "visible",
        "tests": tests,
    }
    return json.dumps(document, indent=2, allow_nan=False).encode()


def _line(row: Row, counts: bool) -> str:
    more = NOT_COUNTED if not counts else "" if row.has_verdict else NOT_GRADED
    return f"{row.file}: {row.verdict.replace('_', ' ')}. {row.message} {more}".strip()


def _tests(book: Gradebook, row: Row, before: str, numbered: str) -> Iterator[dict[str, Any]]:
    """Each is numbered as in the verdict, since messages name checks by their numbers."""
    verdict = book.verdict(row)
    checks = [each for each in enumerate(verdict["checks"], 1) if each[1]["required"]] if verdict else []
    if not checks:
        told = row.message if row.has_verdict else f"{row.message}\n{NOT_GRADED}"
        yield _test(f"{numbered}1", f"{before}{row.file}", False, max(1, row.of), told)
    for number, check in checks:
        name = f"{before}{row.exercise}: {check['title'] or check['id']}"
        yield _test(f"{numbered}{number}", name, check["outcome"] == "passed", 1, said(check))


def _test(number: str, name: str, passed: bool, points: int, output: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "score": points if passed else 0,
        "max_score": points,
        "status": "passed" if passed else "failed",
        "output": output,
        "visibility": "visible",
    }
