"""Where the learner was, and what is half written: one value for each place, the newest of which counts.

Unlike the records these are replaced. Each knows when it was set, so that merging two machines' places is the same in
either order. What was forgotten stays as a ``null``: else an older import would bring it back.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tutor.progress import records

NEVER = ""
"""When a place was set that was kept before times were."""
FILE, DRAFT = "file:", "draft:"
"""How keys begin: of the path of an exercise's file, and of what was typed in the editor and not saved."""


@dataclass(frozen=True, kw_only=True)
class Bookmark:
    """A place of a course. ``value`` is JSON, ``at`` as `records.timestamp` writes it, or ``NEVER``."""

    course: str
    key: str
    value: Any
    at: str

    @property
    def text(self) -> str:
        """The value as it is stored: plain ASCII. Raises ValueError for numbers that JSON does not know."""
        return json.dumps(self.value, allow_nan=False, sort_keys=True)


def value_of(sql: sqlite3.Connection, course: str, key: str) -> Any:
    """What stands at a place; ``None`` where nothing does, or where it has rotted."""
    query = "SELECT value FROM bookmarks WHERE course = ? AND key = ?"
    found = sql.execute(query, (course, key)).fetchone()
    return json.loads(found[0]) if found and records.is_json(found[0]) else None


def put(sql: sqlite3.Connection, course: str, key: str, value: object, now: datetime) -> None:
    """Set a place now: later than it was set before, even where a clock ran ahead then."""
    at = records.timestamp(now)
    before = _time_of(sql, course, key)
    if before >= at:
        with suppress(ValueError, OverflowError):
            at = records.timestamp(datetime.fromisoformat(before) + timedelta(microseconds=1))
    _write(sql, Bookmark(course=course, key=key, value=value, at=at))


def take(sql: sqlite3.Connection, other: Bookmark) -> bool:
    """Set a place as another machine had it, if that is newer. True if it was."""
    query = "SELECT at, value FROM bookmarks WHERE course = ? AND key = ?"
    mine = sql.execute(query, (other.course, other.key)).fetchone()
    if mine is not None and records.is_json(mine[1]) and (other.at, other.text) <= (str(mine[0]), mine[1]):
        return False
    _write(sql, other)
    return True


def every(sql: sqlite3.Connection) -> Iterator[Bookmark]:
    """All places of all courses that can be read, in a fixed order. Also those of a database of version 1."""
    columns = [row[1] for row in sql.execute("PRAGMA table_info(bookmarks)")]
    at = "at" if "at" in columns else f"'{NEVER}'"
    for course, key, value, when in sql.execute(
        f"SELECT course, key, value, {at} FROM bookmarks ORDER BY course, key"
    ):
        if records.is_json(value):
            yield Bookmark(
                course=course, key=key, value=json.loads(value), at=when if _is_time(when) else NEVER
            )


def _time_of(sql: sqlite3.Connection, course: str, key: str) -> str:
    found = sql.execute("SELECT at FROM bookmarks WHERE course = ? AND key = ?", (course, key)).fetchone()
    return found[0] if found and _is_time(found[0]) else NEVER


def _is_time(text: object) -> bool:
    with suppress(ValueError, TypeError, OverflowError):
        return records.timestamp(datetime.fromisoformat(text)) == text  # type: ignore[arg-type]
    return False


def _write(sql: sqlite3.Connection, one: Bookmark) -> None:
    sql.execute(
        "INSERT OR REPLACE INTO bookmarks (course, key, value, at) VALUES (?, ?, ?, ?)",
        (one.course, one.key, one.text, one.at),
    )
