"""The journal of a class: every grading as it ends, on the disk before the next begins.

One SQLite file with a write-ahead log. It is read back by what was graded (`Key`), so a run that was killed goes
on where it was, and a file that two students handed in has one entry. It holds the run's secret, from which seeds
are derived: readable by its owner only.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutor.classroom.jobs import Key, Outcome
from tutor.classroom.seeds import new_secret, seed_of
from tutor.errors import EnvironmentProblem, UsageProblem

_APPLICATION = 0x54434C53  # "TCLS"
_VERSION = 1
_SCHEMA = """
CREATE TABLE secret (bytes BLOB NOT NULL);
CREATE TABLE gradings (
    exercise TEXT NOT NULL, sha256 TEXT NOT NULL, grader_hash TEXT NOT NULL, device TEXT NOT NULL,
    verdict TEXT, message TEXT NOT NULL, exit_code INTEGER NOT NULL,
    PRIMARY KEY (exercise, sha256, grader_hash, device)
) WITHOUT ROWID;
CREATE TABLE runs (
    engine TEXT NOT NULL, workers INTEGER NOT NULL, seconds REAL NOT NULL, graded INTEGER NOT NULL,
    grading_seconds REAL NOT NULL
);
"""
_MOST = 10**12
"""Seconds and gradings of no run."""
_ONE = "exercise = ? AND sha256 = ? AND grader_hash = ? AND device = ?"


@dataclass(frozen=True)
class Rate:
    """A run as it was measured. ``seconds`` passed; ``grading_seconds`` is the sum over its gradings."""

    engine: str
    workers: int
    seconds: float
    graded: int
    grading_seconds: float


@dataclass(frozen=True)
class Stopped:
    """How many gradings ran to their time limit, and the seconds that they took together."""

    count: int = 0
    seconds: float = 0.0


class Journal:
    """One file, used by one run at a time. A context manager.

    Args:
        secret: for a new journal, in place of a secret of its own.

    Raises:
        UsageProblem: another run uses it, or it is another kind of file.
        EnvironmentProblem: it can't be written.
    """

    def __init__(self, path: Path, *, secret: bytes | None = None) -> None:
        self.path = path
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
            try:
                self.secret = self._prepared(secret or new_secret())
                if secret is not None and secret != self.secret:
                    raise _no_journal(path, "it was begun with another seed, or with none")
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Folds the write-ahead log in and lets the file go."""
        self._connection.close()

    def seed(self, key: Key) -> int:
        """The seed of a grading, the same whenever it is asked for."""
        return seed_of(self.secret, key.exercise, key.sha256)

    def record(self, key: Key, outcome: Outcome) -> None:
        """Writes how a grading ended, in place of an earlier fault. It is on the disk when this returns.

        Raises:
            EnvironmentProblem: the disk is full, say.
        """
        verdict = None if outcome.verdict is None else json.dumps(outcome.verdict, ensure_ascii=True)
        values = (
            key.exercise,
            key.sha256,
            key.grader_hash,
            key.device,
            verdict,
            outcome.message,
            outcome.exit_code,
        )
        with _told(self.path):
            self._connection.execute("INSERT OR REPLACE INTO gradings VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def outcome(self, key: Key) -> Outcome | None:
        """How a grading ended; ``None`` where it has not been done.

        Raises:
            UsageProblem: what stands there is no verdict.
        """
        with _told(self.path):
            found = self._connection.execute(
                f"SELECT verdict, message, exit_code FROM gradings WHERE {_ONE}",
                (key.exercise, key.sha256, key.grader_hash, key.device),
            ).fetchone()
        if found is None:
            return None
        try:
            return _outcome(*found)
        except ValueError:
            raise _no_journal(self.path, "a verdict in it was written by another hand") from None

    def note_run(self, rate: Rate) -> None:
        """Keeps what a run took, for plans."""
        with _told(self.path):
            values = (rate.engine, rate.workers, rate.seconds, rate.graded, rate.grading_seconds)
            self._connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", values)

    def rates(self) -> list[Rate]:
        """What earlier runs took, the oldest first."""
        with _told(self.path):
            rows = self._connection.execute(
                "SELECT engine, workers, seconds, graded, grading_seconds FROM runs ORDER BY rowid"
            ).fetchall()
        if not all(_is_rate(*row) for row in rows):
            raise _no_journal(self.path, "a run in it was written by another hand")
        return [Rate(*row) for row in rows]

    def stopped(self) -> Stopped:
        """The gradings that ran to their time limit."""
        with _told(self.path):
            rows = self._connection.execute(
                "SELECT verdict, message, exit_code FROM gradings WHERE verdict LIKE '%\"timeout\"%'"
            ).fetchall()
        try:
            verdicts = [outcome.verdict for row in rows if (outcome := _outcome(*row)).verdict is not None]
        except ValueError:
            raise _no_journal(self.path, "a verdict in it was written by another hand") from None
        took = [float(one.get("seconds") or 0.0) for one in verdicts if one.get("verdict") == "timeout"]
        return Stopped(len(took), sum(took))

    def __len__(self) -> int:
        """How many gradings it holds, faults included."""
        with _told(self.path):
            return int(self._connection.execute("SELECT count(*) FROM gradings").fetchone()[0])

    def _prepared(self, secret: bytes) -> bytes:
        run = self._connection.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("BEGIN IMMEDIATE")  # the lock, before anything is believed
        (application,) = run("PRAGMA application_id").fetchone()
        (version,) = run("PRAGMA user_version").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            for statement in _SCHEMA.split(";"):
                run(statement)
            run("INSERT INTO secret VALUES (?)", (secret,))
            run(f"PRAGMA application_id = {_APPLICATION}")
            run(f"PRAGMA user_version = {_VERSION}")
        elif application != _APPLICATION or version != _VERSION:
            raise _no_journal(self.path, "it belongs to another program, or to another version of this one")
        run("COMMIT")
        secrets = [row[0] for row in run("SELECT bytes FROM secret")]
        if len(secrets) != 1 or not isinstance(secrets[0], bytes):
            raise _no_journal(self.path, "its secret is missing, so that no seed can be told")
        return secrets[0]


def _outcome(verdict: object, message: object, exit_code: object) -> Outcome:
    """A row as it was recorded. Raises ValueError where it can't have been."""
    if not isinstance(message, str) or not isinstance(exit_code, int):
        raise ValueError
    if verdict is None:
        return Outcome(None, message, exit_code)
    if not isinstance(verdict, str):
        raise ValueError
    from tutor.progress.documents import is_verdict

    document = json.loads(verdict)
    if not is_verdict(document):
        raise ValueError
    return Outcome(document, message, exit_code)


def _is_rate(
    engine: object, workers: object, seconds: object, graded: object, grading_seconds: object
) -> bool:
    counts = all(isinstance(count, int) and 0 < count < _MOST for count in (workers, graded))
    times = all(isinstance(time, int | float) and 0 <= time < _MOST for time in (seconds, grading_seconds))
    return isinstance(engine, str) and counts and times


def _no_journal(path: Path, why: str) -> UsageProblem:
    return UsageProblem(
        f"This file can't be the run's journal: {why}.",
        where=str(path),
        next_step="Name another by --journal, or move it away.",
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as problems with a next step."""
    from tutor.progress.files import environment_problem

    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:  # Python's own word, for a text that is none in UTF-8
            raise _no_journal(path, str(error)) from None
        if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise UsageProblem(
                "Another run is using this journal.",
                where=str(path),
                next_step="Wait for it to end, or name another by --journal.",
            ) from None
        raise EnvironmentProblem(
            f"The journal can't be written: {error}.",
            where=str(path),
            next_step="Make room or name another by --journal, then run the same again: it goes on where it was.",
        ) from None
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # text in it, or in what SQLite says of it
        raise _no_journal(path, str(error)) from None
    except OSError as error:
        raise environment_problem(error, path) from None
