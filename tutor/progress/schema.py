"""The database's tables, as an ordered list of migrations.

``PRAGMA user_version`` is the number of migrations that a file has seen. A migration is never
edited once released; a change is a new one at the end. ``attempts``, ``answers`` and ``events``
are the truth and only ever grow (triggers refuse anything else). The ``…_standing`` tables are
summaries of them: they can be thrown away and computed again.

Times are UTC in ISO 8601 with microseconds and ``+00:00``: text of one width, so that the order of
the text is the order in time.
"""

from __future__ import annotations

import sqlite3

APPLICATION = 0x7475746F  # "tuto", in the file's header: this database is ours

# What every line of the logs carries; it cannot be added afterwards.
_PROVENANCE = """
    id              INTEGER PRIMARY KEY,
    uuid            TEXT NOT NULL UNIQUE,   -- names the line on every machine: merging is a union
    at              TEXT NOT NULL,
    origin          TEXT NOT NULL,          -- the database that wrote it first
    course          TEXT NOT NULL,
    content_version TEXT NOT NULL,
    grader_hash     TEXT NOT NULL,          -- '' where nothing was graded
    engine_version  TEXT NOT NULL,
    device          TEXT NOT NULL,          -- what it ran on: cpu, cuda, cuda:1
"""

LOGS = ("attempts", "answers", "events")


def _append_only(table: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        for verb in ("UPDATE", "DELETE")
    )


_FIRST = (
    "CREATE TABLE identity (origin TEXT NOT NULL)",
    "INSERT INTO identity VALUES (lower(hex(randomblob(16))))",
    "CREATE TABLE sources (sha256 TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID",
    f"""CREATE TABLE attempts ({_PROVENANCE}
        exercise    TEXT NOT NULL,
        own         INTEGER NOT NULL,
        verdict     TEXT NOT NULL,
        sha256      TEXT NOT NULL,
        worst_ratio REAL,
        document    TEXT NOT NULL)""",
    "CREATE INDEX attempts_of_exercise ON attempts (course, exercise, at, uuid)",
    "CREATE INDEX passes_by_source ON attempts (course, exercise, sha256) WHERE verdict = 'passed'",
    f"""CREATE TABLE answers ({_PROVENANCE}
        item          TEXT NOT NULL,
        lesson        TEXT NOT NULL,
        kind          TEXT NOT NULL,
        seed          TEXT NOT NULL,
        answer        TEXT NOT NULL,
        points        REAL NOT NULL,
        of            REAL NOT NULL,
        misconception TEXT)""",
    "CREATE INDEX answers_of_item ON answers (course, lesson, item, at, uuid)",
    f"""CREATE TABLE events ({_PROVENANCE}
        kind    TEXT NOT NULL,
        subject TEXT NOT NULL,
        data    TEXT NOT NULL)""",
    "CREATE INDEX events_of_subject ON events (course, kind, subject, at, uuid)",
    *(trigger for table in (*LOGS, "sources") for trigger in _append_only(table)),
    """CREATE TABLE exercise_standing (
        course TEXT NOT NULL, exercise TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (course, exercise)) WITHOUT ROWID""",
    """CREATE TABLE item_standing (
        course TEXT NOT NULL, lesson TEXT NOT NULL, item TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (course, lesson, item)) WITHOUT ROWID""",
    """CREATE TABLE event_standing (
        course TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, part TEXT NOT NULL,
        count INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
        PRIMARY KEY (course, kind, subject, part)) WITHOUT ROWID""",
    """CREATE TABLE bookmarks (
        course TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (course, key)) WITHOUT ROWID""",
)

_BOOKMARKS_KNOW_WHEN = ("ALTER TABLE bookmarks ADD COLUMN at TEXT NOT NULL DEFAULT ''",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _BOOKMARKS_KNOW_WHEN)
LATEST = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, to: int | None = None) -> None:
    """Bring an empty or older database to a version, by default the latest, wholly or not at all.

    Waits for another tutor that is migrating the same file, and then finds nothing left to do.
    """
    to = len(MIGRATIONS) if to is None else to
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[version:to]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {max(version, to)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def decode(text: bytes) -> str:
    """A connection's ``text_factory``: text that has rotted on the disk is read, not refused."""
    return text.decode(errors="replace")
