"""How damage of the database shows: by what SQLite raises, finds when asked, or no longer knows of our tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache

from tutor.progress.schema import APPLICATION, LATEST, LOGS, migrate

# What reading a damaged database raises: SQLite may quote a broken name in a message that is no UTF-8.
READING_ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether SQLite finds no damage in the database. With its indices: one that has rotted hides records."""
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except READING_ERRORS:
        return False


def is_damage(error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
    """Whether the error says that the file is damaged, rather than busy, full or not ours to write."""
    if isinstance(error, UnicodeDecodeError):
        return True
    return primary_code(error) in _DAMAGED or "malformed" in str(error)


def damage() -> sqlite3.DatabaseError:
    """The error of a database in which damage was found that SQLite has not met yet."""
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where the error came from Python's module."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of an extended code says where


def header_is_damaged(application: int, version: int, tables: frozenset[str]) -> bool:
    """Whether a database with these ``tables`` is ours, and its header says what ours never says.

    A version that is too high may be a newer tutor's, which is left alone.
    """
    if not tables.issuperset(LOGS):
        return False
    return application != APPLICATION or version < 1


def has_our_tables(connection: sqlite3.Connection, version: int) -> bool:
    """Whether the tables, columns and triggers of a version up to ``LATEST`` are there: their names may rot, too."""
    return _names(connection) >= _names_of(version)


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether it is a sound database of a version that this tutor knows."""
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        known = application == APPLICATION and 0 < version <= LATEST
        return known and has_our_tables(connection, version) and is_sound(connection)
    except READING_ERRORS:
        return False


def _names(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Table and column, and the triggers' names."""
    query = (
        "SELECT one.name, of.name FROM sqlite_master AS one, pragma_table_info(one.name) AS of "
        "WHERE one.type = 'table' UNION SELECT name, '' FROM sqlite_master WHERE type = 'trigger'"
    )
    return frozenset(connection.execute(query).fetchall())


@lru_cache
def _names_of(version: int) -> frozenset[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, version)
        return _names(connection)
