"""Progress between machines: every record as a line of JSON, and merging as a union.

Importing the same file twice, or two files in either order, gives the same progress. Of bookmarks (where the
learner was, what is half written) the newest counts; where one replaces a draft that is another, that goes to the
backups. Files of the first version, which hold no bookmarks, are read as well.
"""

from __future__ import annotations

import base64
import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from tutor.errors import UsageProblem
from tutor.ordinary import open_ordinary
from tutor.progress import bookmarks, records
from tutor.progress.bookmarks import DRAFT, FILE, NEVER, Bookmark
from tutor.progress.keeping import keep_copy
from tutor.progress.records import KINDS, TABLES, Attempt, Event, Record, timestamp
from tutor.progress.store import Store
from tutor.progress.summary import part
from tutor.progress.workspace import file_name

SCHEMA = "tutor.events/2"
READABLE = ("tutor.events/1", SCHEMA)
BOOKMARKS = "bookmarks"
LONGEST_PLACE = 8 << 20  # characters of a bookmark; a draft has as many as a file may have bytes
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
    found, places = store.database.read(lambda sql: (_all_records(sql), list(bookmarks.every(sql))))
    found.sort(key=lambda record: (timestamp(record.at), record.id))
    lines = [{"schema": SCHEMA}, *map(_to_line, found), *({"type": BOOKMARKS} | vars(one) for one in places)]
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def import_events(store: Store, path: Path) -> Imported:
    """Merge an exported file: all of it, or nothing where a line is wrong.

    Raises:
        UsageProblem: the file cannot be read, or is no export; names the line.
        EnvironmentProblem: the database cannot be written.
    """
    try:
        with open_ordinary(path) as file:
            lines = list(_lines_in(file, path))
    except OSError as error:
        raise UsageProblem(
            f"The file cannot be read: {error.strerror}.",
            where=str(path),
            next_step="Name a file made by tutor export.",
        ) from error
    found = [line for line in lines if isinstance(line, Record)]
    places = [line for line in lines if isinstance(line, Bookmark) and _is_here(line)]
    drafts = _drafts(store, places)
    new = store.add(found, places)
    _keep_replaced(store, drafts)
    return Imported(new, len(lines) - new)


def _is_here(place: Bookmark) -> bool:
    """A path counts only where such a file is on this machine."""
    if not place.key.startswith(FILE) or place.value is None:
        return True
    file = Path(place.value) if isinstance(place.value, str) else Path()
    return file.name == file_name(place.key.removeprefix(FILE)) and file.is_file()


def _drafts(store: Store, places: Sequence[Bookmark]) -> dict[str, str]:
    """This course's drafts that the places are about, by their keys."""
    keys = {one.key for one in places if one.course == store.course and one.key.startswith(DRAFT)}
    return {key: draft for key in sorted(keys) if isinstance(draft := store.bookmark(key), str) and draft}


def _keep_replaced(store: Store, drafts: Mapping[str, str]) -> None:
    """What was half written here, and another machine's is newer: it goes to the backups."""
    for key, draft in drafts.items():
        if store.bookmark(key) != draft:
            name = file_name(key.removeprefix(DRAFT))
            keep_copy(store.home, name, draft.encode("utf-8", "surrogatepass"), store.now())


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


def _lines_in(file: BinaryIO, path: Path) -> Iterator[Record | Bookmark]:
    """The records and bookmarks of an export. A foreign file, however large, is refused at its first line."""
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
            elif line["schema"] not in READABLE:
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


def _from_line(line: dict[str, Any]) -> Record | Bookmark:
    from tutor.progress.documents import is_verdict

    name = line.pop("type")
    if name == BOOKMARKS:
        return _bookmark(line)
    kind = KINDS[name]
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


def _bookmark(line: dict[str, Any]) -> Bookmark:
    place = Bookmark(**{field.name: line[field.name] for field in fields(Bookmark)})
    for name in ("course", "key", "at"):
        _check(name, "str", getattr(place, name))
    if len(place.text) > LONGEST_PLACE:
        raise ValueError(f"'value' is longer than {LONGEST_PLACE >> 20} MiB")
    return replace(place, at=timestamp(_time(place.at)) if place.at != NEVER else NEVER)


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
