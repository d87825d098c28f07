"""The gradebook: rows, and the whole verdicts behind them, read from the journal one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.classroom.journal import Journal
from tutor.classroom.rows import Row
from tutor.classroom.similar import Pair

if TYPE_CHECKING:
    from tutor.course import Content


@dataclass(frozen=True)
class Gradebook:
    """What a class run found. ``pairs`` of files that are much alike, ``None`` where nobody compared them."""

    content: Content
    journal: Journal
    rows: tuple[Row, ...]
    aside: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] | None = None

    def verdict(self, row: Row) -> Mapping[str, Any] | None:
        """The ``tutor.verdict/1`` document of a row, with the row's own file in it; ``None`` without a grading."""
        outcome = self.journal.outcome(row.key) if row.key is not None else None
        if outcome is None or outcome.verdict is None:
            return None
        return {**outcome.verdict, "solution": {"path": row.file, "sha256": row.sha256}}

    @property
    def students(self) -> int:
        """How many people handed something in."""
        return len({(row.student, row.number) for row in self.rows})

    @property
    def graded(self) -> tuple[Row, ...]:
        """Rows whose verdict comes from a grading."""
        return tuple(row for row in self.rows if row.key is not None and row.has_verdict)

    @property
    def faults(self) -> tuple[Row, ...]:
        """Rows without a verdict."""
        return tuple(row for row in self.rows if not row.has_verdict)
