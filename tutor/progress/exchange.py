"""Progress between machines: every record as a line of JSON, and merging as a union.

Importing the same file twice, or two files in either order, gives the same progress. Bookmarks are
places on one machine and stay there.
"""

from __future__ import annotations

import base64
import json
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tutor.errors import UsageProblem
from tutor.progress import records
from tutor.progress.files import open_ordinary
from tutor.progress.records import KINDS, TABLES, Attempt, Record, timestamp
from tutor.progress.store import Store

SCHEMA = "tutor.events/1"
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "str | None": (str, type(None)),
    "Mapping[str, Any]": (dict,),
}


@dataclass(frozen=True)
class Imported:
    """How many records of a file were new, and how many were known already."""

    new: int
    known: int


def export_events(store: Store) -> bytes:
    """All records of all courses as JSON lines (UTF-8), after one line that names the format."""
    found: list[Record] = store.database.read(_all_records)
    found.sort(key=lambda record: (timestamp(record.at), record.id))
    lines = [{"schema": SCHEMA}, *map(_to_line, found)]
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def import_events(store: Store, path: Path) -> Imported:
    """Merge an exported file: all of it, or nothing where a line is wrong.

    Raises:
        UsageProblem: the file cannot be read, or is no export; names the line.
        EnvironmentProblem: the database cannot be written.
    """
    try:
        with open_ordinary(path) as file:
            found = list(_records_in(file.read(), path))
    except OSError as error:
        raise UsageProblem(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            next_step="Name a file made by tutor export.",
        ) from error
    new = store.add(found)
    return Imported(new, len(found) - new)


def _all_records(sql: sqlite3.Connection) -> list[Record]:
    return [one for kind in TABLES for one in records.read(kind, sql.execute(records.select(kind)))]


def _to_line(record: Record) -> dict[str, Any]:
    line = {"type": TABLES[type(record)]} | {
        field.name: getattr(record, field.name) for field in fields(record)
    }
    line["at"] = timestamp(record.at)
    if isinstance(record, Attempt):
        line["source"] = base64.b64encode(record.source).decode()
    return line


def _records_in(data: bytes, path: Path) -> Iterator[Record]:
    header_seen = False
    for number, raw in enumerate(data.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
            if not isinstance(line, dict):
                raise ValueError("it is no JSON object")
            if header_seen:
                yield _from_line(line)
            elif line["schema"] != SCHEMA:
                raise ValueError(f"this tutor reads {SCHEMA}, not {line['schema']}")
            header_seen = True
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise UsageProblem(
                f"This is no line of exported progress ({_reason(error)}). Nothing was imported.",
                where=f"{path}:{number}",
                next_step="Export it again with: tutor export FILE",
            ) from error
    if not header_seen:
        raise UsageProblem(
            "The file is empty.", where=str(path), next_step="Export it again with: tutor export FILE"
        )


def _from_line(line: dict[str, Any]) -> Record:
    from tutor.progress.documents import is_verdict

    kind = KINDS[line.pop("type")]
    values = {field.name: line[field.name] for field in fields(kind)}
    for field in fields(kind):
        expected = _TYPES.get(str(field.type))
        if expected and (not isinstance(values[field.name], expected)):
            raise ValueError(f"'{field.name}' is of the wrong type")
    values["at"] = datetime.fromisoformat(values["at"])
    if values["at"].tzinfo is None:
        raise ValueError("'at' names no time zone")
    values["at"].astimezone(UTC)  # refuses what is beyond the calendar there
    _require_plain(values)
    if kind is Attempt:
        if not is_verdict(values["verdict_json"]):
            raise ValueError("'verdict_json' is no verdict")
        if values["verdict"] not in records.GRADED:
            raise ValueError("'verdict' is not one of an attempt")
        values["source"] = base64.b64decode(values["source"], validate=True)
        if values["source"] and records.sha256(values["source"]) != values["sha256"]:
            raise ValueError("'source' is not what its sha256 says")
    record: Record = kind(**values)
    return record


def _require_plain(values: dict[str, Any]) -> None:
    """Refuses what no log of ours holds: texts that are none in UTF-8, figures that are no numbers."""
    for name, value in values.items():
        if isinstance(value, str):
            value.encode()
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"'{name}' is no number")
        if name != "seed" and isinstance(value, int) and abs(value) >= 2**53:
            raise ValueError(f"'{name}' is too large a number")


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing or unknown"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    return str(error) or type(error).__name__
