"""``results.json`` as Gradescope's autograder reads it: a test for each required check, a point each.

Gradescope grades one submission at a time. Of a class of several students it is still one such document, with the
student's name before each test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row


def render(book: Gradebook) -> bytes:
    """A test for each required check of each submission; what has no verdict is one test that is not passed."""
    several = len({row.student for row in book.rows}) > 1
    tests = [test for row in book.rows for test in _tests(book, row, f"{row.student}: " if several else "")]
    document = {
        "score": sum(test["score"] for test in tests),
        "execution_time": round(sum(row.seconds for row in book.rows), 3),
        "output": "\n".join(f"{row.file}: {row.verdict}. {row.message}".strip() for row in book.rows),
        "visibility": "visible",
        "tests": tests,
    }
    return json.dumps(document, indent=2, allow_nan=False).encode()


def _tests(book: Gradebook, row: Row, before: str) -> Iterator[dict[str, Any]]:
    verdict = book.verdict(row)
    checks = [check for check in verdict["checks"] if check["required"]] if verdict else []
    if not checks:
        yield _test(f"{before}{row.file}", False, max(1, row.of), row.message)
    for check in checks:
        name = f"{before}{row.exercise}: {check['title'] or check['id']}"
        yield _test(name, check["outcome"] == "passed", 1, _said(check))


def _test(name: str, passed: bool, points: int, output: str) -> dict[str, Any]:
    return {
        "name": name,
        "score": points if passed else 0,
        "max_score": points,
        "status": "passed" if passed else "failed",
        "output": output,
        "visibility": "visible",
    }


def _said(check: Mapping[str, Any]) -> str:
    hint = f"Hint: {check['hint']}" if check.get("hint") else ""
    return "\n".join(filter(None, (check.get("message") or "", hint)))
