"""The gradebook as JSON lines: each row with its whole verdict."""

from __future__ import annotations

import json
from typing import Any

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import Row

SCHEMA = "tutor.grade/1"


def render(book: Gradebook) -> bytes:
    """One ``tutor.grade/1`` object a line, a line a submission."""
    return b"".join(json.dumps(_line(book, row), allow_nan=False).encode() + b"\n" for row in book.rows)


def _line(book: Gradebook, row: Row) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **row.cells(),
        "misconceptions": list(row.misconceptions),
        "number": row.number,
        "copies": row.copies,
        "bytes": row.bytes,
        "peak_host_bytes": row.peak_bytes,
        "grader_hash": row.key.grader_hash if row.key else None,
        "verdict_document": book.verdict(row),
    }
