"""Markdown that the generated pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

NOTE = "*This page is generated from the code.*\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table without its empty columns; what would end a cell is escaped."""
    cells = [[cell(text) for text in row] for row in rows]
    kept = [column for column in range(len(head)) if any(row[column] for row in cells)]
    lines = [" | ".join(row[column] for column in kept) for row in (head, ["---"] * len(head), *cells)]
    return "".join(f"| {line} |\n" for line in lines)


def cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def code(text: object) -> str:
    """A code span. A bar is escaped in it, too, by the cell that holds it."""
    return f"`{text}`"


def prose(text: str) -> str:
    """A docstring or help text as Markdown: reST's double backquotes are Markdown's single ones."""
    return re.sub(r"``(.+?)``", r"`\1`", text).replace("<", "&lt;").strip()
