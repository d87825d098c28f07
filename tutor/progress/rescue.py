"""A damaged database: set aside, never deleted; replaced by the newest sound backup; and whatever
can still be read from it is added.

Every step leaves the folder in a state from which the next start can go on: the replacement is
finished under another name before the damaged file is moved.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tutor.progress import bookmarks, records, summary
from tutor.progress.backup import backups, taken_ahead
from tutor.progress.damage import READING_ERRORS, is_whole
from tutor.progress.files import sync_folder
from tutor.progress.schema import LOGS, decode, migrate

_SIDE_FILES = ("-wal", "-shm")
_ASIDE = "progress.damaged-"
_PAGE = 4096  # bytes; SQLite's own default
_TRIED = 100_000  # rows; a row's number may have rotted into any number


def is_under_way(database: Path) -> bool:
    """Whether a rescue is running, or was cut off between its last two steps."""
    return _replacement(database).exists()


def finish(database: Path) -> None:
    """Complete a rescue that was cut off. The caller holds the folder's lock."""
    ready = _replacement(database)
    if not ready.exists() or database.exists():
        return
    for aside in sorted(database.parent.glob(f"{_ASIDE}*.db"))[-1:]:
        _set_aside(database, aside, _SIDE_FILES)
    os.replace(ready, database)


def rescue(database: Path, backup_folder: Path, now: datetime) -> tuple[str, ...]:
    """Replace a damaged database; returns what to tell the learner, in sentences.

    Nothing is done where another tutor has already replaced it. The caller holds the folder's lock
    and has no connection open.

    Raises:
        OSError, sqlite3.Error: the folder is read-only or full; the damaged file is where it was.
    """
    if _is_whole(database):
        return ()
    ready = _replacement(database)
    _remove(ready)
    restored = _restore_backup(backup_folder, ready, now)
    with closing(sqlite3.connect(ready, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
        # With the backups of a clock that ran ahead: no order says whether they hold more than the one restored.
        ahead = [one for one in taken_ahead(backup_folder, now) if one != restored]
        saved = sum(_salvage(one, connection) for one in (*ahead, database))
        last = _last_record(connection)
    aside = database.with_name(f"{_ASIDE}{now:%Y%m%dT%H%M%S%f}.db")
    was_there = database.exists()
    _set_aside(database, aside, ("", *_SIDE_FILES))
    os.replace(ready, database)
    sync_folder(database.parent)
    if was_there:
        return (f"The progress database was damaged and is kept as {aside}; {_told(restored, saved, last)}.",)
    if last is None:
        return ()  # it was empty, and so is this one
    anew = f"To begin anew, move the folder {backup_folder} away as well."
    return (f"The progress database was missing; {_told(restored, saved, last)}. {anew}",)


def _set_aside(database: Path, aside: Path, suffixes: Iterable[str]) -> None:
    for suffix in suffixes:
        with suppress(FileNotFoundError):
            os.rename(f"{database}{suffix}", f"{aside}{suffix}")


def _told(restored: Path | None, saved: int, last: datetime | None) -> str:
    """What was restored, and up to when."""
    source = f"from the backup {restored.name}" if restored else "without a backup, since there was none"
    more = "1 more record" if saved == 1 else f"{saved} more records"
    read = f", with {more} that could still be read," if saved else ""
    until = f"up to {last.astimezone():%Y-%m-%d %H:%M}" if last else "with nothing in it"
    return f"it was restored {source}{read} and holds your progress {until}"


def _last_record(connection: sqlite3.Connection) -> datetime | None:
    """When the last record was made that the database holds."""
    times = " UNION ALL ".join(f"SELECT at FROM {table}" for table in LOGS)
    for (text,) in connection.execute(f"{times} ORDER BY at DESC"):
        with suppress(ValueError):  # it has rotted
            return datetime.fromisoformat(text)
    return None


def _replacement(database: Path) -> Path:
    return database.with_name("progress.rescued.db")


def _remove(database: Path) -> None:
    for suffix in ("", *_SIDE_FILES, "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{database}{suffix}")


def _is_whole(database: Path) -> bool:
    if not database.is_file() or database.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            return is_whole(connection)
    except READING_ERRORS:
        return False


def _restore_backup(folder: Path, target: Path, now: datetime) -> Path | None:
    import shutil

    for backup in backups(folder, now):
        if _is_whole(backup):
            shutil.copyfile(backup, target)
            return backup
    return None


def _salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Add every record of ``damaged`` that can be read; returns how many were new."""
    saved = 0
    into.execute("BEGIN IMMEDIATE")
    with _copy(damaged) as copy, closing(sqlite3.connect(copy)) as source:
        source.text_factory = decode
        with suppress(*READING_ERRORS):
            source.execute(
                "PRAGMA writable_schema = ON"
            )  # a table whose definition rotted hides no other then
        for kind, table in records.TABLES.items():
            # A record whose id has rotted is known by its time already.
            known = set(into.execute(f"SELECT at, origin FROM {table}"))
            for with_source in (True, False):  # an attempt whose source is damaged is still an attempt
                query = records.select(kind, with_source=with_source).replace("SELECT", "SELECT log.id,", 1)
                for record in records.read(kind, _readable(source, query)):
                    place = records.timestamp(record.at), record.origin
                    if place not in known and record.at.year in records.YEARS:
                        saved += records.write(into, record)
        with suppress(*READING_ERRORS):
            for bookmark in bookmarks.every(source):
                bookmarks.take(into, bookmark)
    summary.rebuild(into)
    into.execute("COMMIT")
    return saved


@contextmanager
def _copy(damaged: Path) -> Iterator[Path]:
    """A copy to read, so that what is kept stays as it was found: SQLite writes into a database that it opens.

    In place of what is empty, or no file, stand zeros: SQLite then still reads what the log beside it holds.
    """
    import shutil

    copy = damaged.with_name("progress.salvaged.db")
    _remove(copy)
    try:
        if damaged.is_file() and damaged.stat().st_size:
            shutil.copyfile(damaged, copy)
        else:
            copy.write_bytes(bytes(_PAGE))
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{damaged}-wal", f"{copy}-wal")
        yield copy
    finally:
        _remove(copy)


def _readable(source: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows from the front up to the damage, from the back up to it, and one by one in between."""
    first, last = 0, 0
    with suppress(*READING_ERRORS):
        for id, *row in source.execute(f"{query} ORDER BY log.id"):
            first = id
            yield tuple(row)
        return
    with suppress(*READING_ERRORS):
        for id, *row in source.execute(f"{query} ORDER BY log.id DESC"):
            last = id
            yield tuple(row)
    for id in range(first + 1, min(last, first + _TRIED)):
        with suppress(*READING_ERRORS):
            for _, *row in source.execute(f"{query} WHERE log.id = ?", (id,)):
                yield tuple(row)
