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
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from tutor.errors import UsageProblem
from tutor.ordinary import open_ordinary
from tutor.progress import records
from tutor.progress.records import KINDS, TABLES, Attempt, Event, Record, timestamp
from tutor.progress.store import Store
from tutor.progress.summary import part

SCHEMA = "tutor.events/1"
LONGEST_LINE = 32 << 20  # bytes; an attempt's file has at most 1 MiB, and what it printed is cut

_NO_LINE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
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
            found = list(_records_in(file, path))
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


def _records_in(file: BinaryIO, path: Path) -> Iterator[Record]:
    """The records of an export. A foreign file, however large, is refused at its first line."""
    header_seen = False
    for number, raw in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), b""), start=1):
        if not raw.strip():
            continue
        try:
            if len(raw) > LONGEST_LINE:
                raise ValueError(f"it is longer than {LONGEST_LINE >> 20} MiB")
            line = json.loads(raw)
            if not isinstance(line, dict):
                raise ValueError("it is no JSON object")
            if header_seen:
                yield _from_line(line)
            elif line["schema"] != SCHEMA:
                raise ValueError(f"this tutor reads {SCHEMA}, not {line['schema']}")
            header_seen = True
        except _NO_LINE as error:
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
        _check(field.name, str(field.type), values[field.name])
    values["at"] = _time(values["at"])
    if kind is Attempt:
        if values["verdict"] not in records.GRADED:
            raise ValueError("'verdict' is not one of an attempt")
        if not is_verdict(values["verdict_json"]):
            raise ValueError("'verdict_json' is no verdict")
        values["source"] = base64.b64decode(values["source"], validate=True)
        if values["source"] and records.sha256(values["source"]) != values["sha256"]:
            raise ValueError("'source' is not what its sha256 says")
    record: Record = kind(**values)
    if isinstance(record, Event):
        "".join(part(record)).encode()  # a step's id is text that the database takes
    return record


def _check(name: str, type_name: str, value: object) -> None:
    """Refuse what the database would not take, or not give back as it was."""
    expected = _TYPES.get(type_name)
    if expected is None:
        return
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        raise ValueError(f"'{name}' is of the wrong type")
    if isinstance(value, str):
        value.encode()
    elif float in expected and isinstance(value, (int, float)) and not math.isfinite(value):
        raise ValueError(f"'{name}' is not finite")
    elif isinstance(value, int) and name != "seed" and abs(value) >= 2**53:
        raise ValueError(f"'{name}' is too large a number")


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("'at' names no time zone")
    at = at.astimezone(UTC)
    if at.year not in records.YEARS:
        raise ValueError(f"'at' lies in the year {at.year}")
    return at


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing or unknown"
    if isinstance(error, (AttributeError, TypeError)):
        return "it is built otherwise"
    if isinstance(error, UnicodeEncodeError):
        return "it holds text that is no Unicode"
    if isinstance(error, json.JSONDecodeError):
        return "it is not JSON"
    return str(error) or type(error).__name__
