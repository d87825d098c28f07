"""The gradebook as CSV: the contract's columns, one row a submission, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tutor.classroom.gradebook import Gradebook
from tutor.classroom.rows import COLUMNS

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def render(book: Gradebook) -> bytes:
    """A row a submission, in the class's order."""
    return table(COLUMNS, (row.cells() for row in book.rows))


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows as CSV in UTF-8, every text made harmless."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row[name]) for name in columns])
    return text.getvalue().encode("utf-8", "replace")


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what looks like one."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA) else cell
