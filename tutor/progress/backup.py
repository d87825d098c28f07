"""Backups of the database: one for each day that wrote something, the last few kept.

A backup is taken before the first write of a day, by SQLite's own backup interface (a plain copy
of a database in use can be torn), and only kept when SQLite finds it sound: a damaged database
must not push out the good backups.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

from tutor.progress.damage import damage, is_sound
from tutor.progress.files import sync_folder

KEPT = 5
_PREFIX = "progress-"


def backups(folder: Path, now: datetime) -> list[Path]:
    """The database's backups, newest first. Those of days that are yet to come are last: a clock was wrong."""
    found = sorted(folder.glob(f"{_PREFIX}*.db"), reverse=True)
    to_come = taken_ahead(folder, now)
    return [*(one for one in found if one not in to_come), *to_come]


def taken_ahead(folder: Path, now: datetime) -> list[Path]:
    """The backups of days that are yet to come, the last day first."""
    today = _name(now)
    return sorted((one for one in folder.glob(f"{_PREFIX}*.db") if one.name > today), reverse=True)


def _name(day: datetime) -> str:
    return f"{_PREFIX}{day:%Y-%m-%d}.db"


def back_up(connection: sqlite3.Connection, folder: Path, now: datetime) -> Path | None:
    """Take the day's backup, unless there is one. The backup's path if one was taken.

    Raises:
        sqlite3.DatabaseError: the database is damaged, or the disk is full.
        OSError: the folder cannot be written.
    """
    target = folder / _name(now)
    if target.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder, now - timedelta(hours=1))
    half = folder / f"{target.name}.{os.getpid()}.part"
    try:
        with closing(sqlite3.connect(half, isolation_level=None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole by itself
            if not is_sound(copy):
                raise damage()
        os.replace(half, target)
        sync_folder(folder)
    finally:
        half.unlink(missing_ok=True)
    for old in backups(folder, now)[KEPT:]:
        with suppress(OSError):
            old.unlink()
    return target


def _sweep(folder: Path, before: datetime) -> None:
    """Remove what tutors that were killed in the middle of a backup left behind."""
    for leftover in folder.glob(f"{_PREFIX}*.part*"):
        with suppress(OSError):
            if leftover.stat().st_mtime < before.timestamp():
                leftover.unlink()
