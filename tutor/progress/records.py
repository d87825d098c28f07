"""What the logs hold: one frozen dataclass for each table, and how it becomes a row.

A record is written once and never changed. Its ``id`` is a UUID, the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

GRADED = ("passed", "failed", "error", "timeout", "resource_limit")
UNREADABLE = (ValueError, TypeError, KeyError)  # what decoding content that has rotted raises
YEARS = range(1900, 9000)  # a clock may be wrong; what comes back a century after these is still a date
SOURCE_LIMIT = 1 << 20  # larger files are never graded; only their hash is kept
LARGEST_RATIO = 1e9  # what stands for "infinitely over the limit": JSON knows no infinity


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every record says about where it came from. ``at`` is UTC."""

    id: str
    at: datetime
    origin: str
    course: str
    content_version: str
    grader_hash: str
    engine_version: str
    device: str


@dataclass(frozen=True, kw_only=True)
class Attempt(Record):
    """One graded submission. ``source`` is empty where the file was too large to keep, or rotted."""

    exercise: str
    own: bool
    verdict: str
    sha256: str
    worst_ratio: float | None
    verdict_json: Mapping[str, Any]
    source: bytes

    @property
    def passed(self) -> bool:
        """Whether every required check passed."""
        return self.verdict == "passed"

    @property
    def cpu_only(self) -> bool:
        """A pass on a CPU of an exercise whose GPU checks were therefore skipped."""
        on_cpu = self.device.startswith("cpu")
        return self.passed and on_cpu and any(check.get("outcome") == "skipped" for check in self._checks())

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The ids that the failed checks named, each once, in order."""
        named = (check.get("misconception") for check in self._checks())
        return tuple(dict.fromkeys(str(name) for name in named if name))

    def _checks(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.verdict_json.get("checks") or ())


@dataclass(frozen=True, kw_only=True)
class Answer(Record):
    """One answered quiz item. ``seed`` draws the same numbers again."""

    item: str
    lesson: str
    kind: str
    seed: int
    answer: Any
    points: float
    of: float
    misconception: str | None

    @property
    def right(self) -> bool:
        """Whether it got all points."""
        return self.points >= self.of


@dataclass(frozen=True, kw_only=True)
class Event(Record):
    """Anything else worth remembering: a step read, a hint shown, a demo run."""

    kind: str
    subject: str
    data: Mapping[str, Any]


Kind = TypeVar("Kind", bound=Record)
TABLES: dict[type[Record], str] = {Attempt: "attempts", Answer: "answers", Event: "events"}
KINDS: dict[str, type[Record]] = {table: kind for kind, table in TABLES.items()}
# Where a field and its column differ in name; a source lies in a table of its own.
_COLUMNS = {"id": "uuid", "verdict_json": "document"}
_DOCUMENTS = ("verdict_json", "answer", "data")


def columns(kind: type[Record]) -> tuple[str, ...]:
    """The columns of a record's table, in the order of its fields."""
    return tuple(_COLUMNS.get(field.name, field.name) for field in fields(kind) if field.name != "source")


def timestamp(at: datetime) -> str:
    """UTC with microseconds, in text of one width, so that sorting the text sorts the times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def write(connection: sqlite3.Connection, record: Record) -> bool:
    """Append a record, unless one with its id is there. True if it was new."""
    # Never bytes that are not what their hash says (a source that was too large, or has rotted): the table only
    # grows, so that they would keep the right ones out for ever.
    if isinstance(record, Attempt) and _may_be_kept(record):
        connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (record.sha256, record.source))
    names = columns(type(record))
    holes = ", ".join("?" * len(names))
    done = connection.execute(
        f"INSERT INTO {TABLES[type(record)]} ({', '.join(names)}) VALUES ({holes}) "
        "ON CONFLICT (uuid) DO NOTHING",
        [
            _to_column(field.name, getattr(record, field.name))
            for field in fields(record)
            if field.name != "source"
        ],
    )
    return done.rowcount > 0


def _may_be_kept(attempt: Attempt) -> bool:
    return len(attempt.source) <= SOURCE_LIMIT and sha256(attempt.source) == attempt.sha256


def select(kind: type[Record], *, with_source: bool = True) -> str:
    """The beginning of a query whose rows ``read`` understands. ``log.id`` counts the rows."""
    names = ", ".join(f"log.{name}" for name in columns(kind))
    source = "(SELECT bytes FROM sources WHERE sources.sha256 = log.sha256)" if with_source else "NULL"
    return f"SELECT {names}{f', {source}' if kind is Attempt else ''} FROM {TABLES[kind]} AS log"


def read(kind: type[Kind], rows: Iterable[tuple[Any, ...]]) -> Iterator[Kind]:
    """The records in the rows of ``select(kind)``.

    A row whose content has rotted on the disk, which SQLite does not see, is left out: the others
    are worth more than the message.
    """
    for row in rows:
        with suppress(*UNREADABLE):
            yield _record(kind, row)


def _record(kind: type[Kind], row: tuple[Any, ...]) -> Kind:
    names = [field.name for field in fields(kind) if field.name != "source"]
    values = {name: _from_column(name, value) for name, value in zip(names, row, strict=False)}
    if kind is Attempt:
        source = row[len(names)] or b""
        values["source"] = source if sha256(source) == values["sha256"] else b""
    return kind(**values)


def is_json(text: object) -> bool:
    """Whether a document, or a bookmark, can still be read."""
    try:
        json.loads(text)  # type: ignore[arg-type]
    except UNREADABLE:
        return False
    return True


def sha256(source: bytes) -> str:
    """The hash by which a source is known, in hexadecimal."""
    return hashlib.sha256(source).hexdigest()


def worst_ratio(verdict_json: Mapping[str, Any]) -> float | None:
    """The largest of measured over limit (limit over measured where higher is better).

    At most 1 in a pass. ``None`` where nothing was measured.
    """
    ratios = [
        ratio
        for check in verdict_json.get("checks") or ()
        for measurement in check.get("measurements") or ()
        if (ratio := _ratio(measurement)) is not None
    ]
    return max(ratios, default=None)


def _ratio(measurement: Mapping[str, Any]) -> float | None:
    value, limit = measurement.get("value"), measurement.get("limit")
    if value is None or limit is None:
        return None
    measured, allowed = (limit, value) if measurement.get("better") == "higher" else (value, limit)
    if not allowed:
        return LARGEST_RATIO if measured else 0.0
    ratio = float(measured) / float(allowed)
    return min(ratio, LARGEST_RATIO) if math.isfinite(ratio) else LARGEST_RATIO


def _to_column(name: str, value: Any) -> Any:
    if name == "at":
        return timestamp(value)
    if name in _DOCUMENTS:
        # Plain ASCII: learners' text may hold lone surrogates, which UTF-8 refuses.
        return json.dumps(value, separators=(",", ":"), default=str)
    return str(value) if name == "seed" else value  # a seed may exceed SQLite's 64 bits


def _from_column(name: str, value: Any) -> Any:
    if name == "at":
        return datetime.fromisoformat(value)
    if name in _DOCUMENTS:
        return json.loads(value)
    if name == "own":
        return bool(value)
    if name == "seed":
        return int(value)
    return value
