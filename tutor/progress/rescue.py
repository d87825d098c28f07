"""A damaged database: set aside, never deleted; replaced by the newest sound backup; and whatever
can still be read from it is added.

Every step leaves the folder in a state from which the next start can go on: the replacement is
finished under another name before the damaged file is moved.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tutor.progress import records, summary
from tutor.progress.backup import READING_ERRORS, backups, is_sound
from tutor.progress.files import sync_folder
from tutor.progress.schema import decode, migrate

_SIDE_FILES = ("-wal", "-shm")


def is_under_way(database: Path) -> bool:
    """Whether a rescue is running, or was cut off between its last two steps."""
    return _replacement(database).exists()


def finish(database: Path) -> None:
    """Complete a rescue that was cut off. The caller holds the folder's lock."""
    ready = _replacement(database)
    if ready.exists() and not database.exists():
        os.replace(ready, database)


def rescue(database: Path, backup_folder: Path, now: datetime) -> tuple[str, ...]:
    """Replace a damaged database; returns what to tell the learner, in sentences.

    Nothing is done where another tutor has already replaced it. The caller holds the folder's lock
    and has no connection open.

    Raises:
        OSError, sqlite3.Error: the folder is read-only or full; the damaged file is where it was.
    """
    if _opens_soundly(database):
        return ()
    ready = _replacement(database)
    _remove(ready)
    restored = _restore_backup(backup_folder, ready)
    with closing(sqlite3.connect(ready, isolation_level=None)) as connection:
        migrate(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
        saved = _salvage(database, connection)
    aside = database.with_name(f"progress.damaged-{now:%Y%m%dT%H%M%S%f}.db")
    for suffix in (*_SIDE_FILES, ""):  # the log first: it must never be taken for the new file's
        with suppress(FileNotFoundError):
            os.rename(f"{database}{suffix}", f"{aside}{suffix}")
    os.replace(ready, database)
    sync_folder(database.parent)
    return (
        f"The progress database was damaged. It is kept as {aside}.",
        f"Restored: {f'the backup {restored.name}' if restored else 'no backup was there'}"
        f", and {saved} further records that could still be read from the damaged file.",
    )


def _replacement(database: Path) -> Path:
    return database.with_name("progress.rescued.db")


def _remove(database: Path) -> None:
    for suffix in ("", *_SIDE_FILES, "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(f"{database}{suffix}")


def _opens_soundly(database: Path) -> bool:
    if not database.exists() or database.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            return is_sound(connection)
    except READING_ERRORS:
        return False


def _restore_backup(folder: Path, target: Path) -> Path | None:
    import shutil

    for backup in backups(folder):
        if _opens_soundly(backup):
            shutil.copyfile(backup, target)
            return backup
    return None


def _salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Add every record of ``damaged`` that can be read; returns how many were new."""
    saved = 0
    into.execute("BEGIN IMMEDIATE")
    with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.text_factory = decode
        for kind in records.TABLES:
            for with_source in (True, False):  # an attempt whose source is damaged is still an attempt
                query = records.select(kind, with_source=with_source).replace("SELECT", "SELECT log.id,", 1)
                for record in records.read(kind, _readable(source, query)):
                    saved += records.write(into, record)
        with suppress(*READING_ERRORS):
            for row in source.execute("SELECT course, key, value FROM bookmarks"):
                into.execute("INSERT OR IGNORE INTO bookmarks VALUES (?, ?, ?)", row)
    summary.rebuild(into)
    into.execute("COMMIT")
    return saved


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
    for id in range(first + 1, last):
        with suppress(*READING_ERRORS):
            for _, *row in source.execute(f"{query} WHERE log.id = ?", (id,)):
                yield tuple(row)
