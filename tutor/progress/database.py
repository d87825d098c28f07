"""One connection to ``progress.db``: opened, migrated, backed up, rescued; its errors made plain.

Write-ahead log with ``synchronous = FULL``: a commit is on the disk when ``write`` returns, so
that neither a kill nor a power cut takes back what the learner was told. ``NORMAL`` would save
one flush of some milliseconds for each commit, and a person commits a few times a minute.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tutor.errors import EnvironmentProblem
from tutor.progress import rescue
from tutor.progress.backup import back_up, backups
from tutor.progress.damage import (
    READING_ERRORS,
    damage,
    has_our_tables,
    header_is_damaged,
    is_damage,
    is_sound,
    primary_code,
)
from tutor.progress.files import environment_problem, make_folder
from tutor.progress.schema import APPLICATION, LATEST, decode, migrate

FILE_NAME = "progress.db"
BUSY_SECONDS = 10.0
CHECKED_BYTES = 2 << 20  # a database up to this size is checked for damage at each start

_LITTLE = 128 << 10  # bytes: less than one transaction may need

Clock = Callable[[], datetime]
Result = TypeVar("Result")


class Database:
    """The learner's database under ``home``. Safe to share between threads.

    ``notices`` are sentences for the learner about what was repaired.
    """

    def __init__(self, home: Path, clock: Clock) -> None:
        self.home = home
        self.path = home / FILE_NAME
        self.backup_folder = home / "backups"
        self.notices: tuple[str, ...] = ()
        self._clock = clock
        self._lock = threading.RLock()
        self._backed_up_on = ""
        make_folder(home)
        self._require_writable()
        with self._plain_errors():
            self._connection = self._open()

    def read(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """What ``query`` returns. A damaged database is rescued, and the query asked again."""
        with self._lock, self._plain_errors():
            return self._rescuing(lambda: query(self._connection))

    def write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run ``change`` in one transaction, on the disk when this returns, or not done at all.

        Raises:
            EnvironmentProblem: the disk is full or read-only, or another tutor does not let go.
        """
        with self._lock, self._plain_errors():
            if not self._is_in_place():
                self._connection.close()
                self._connection = self._open()
            self._rescuing(self._back_up_daily)
            return self._rescuing(lambda: self._transaction(change))

    def close(self) -> None:
        """Lets go of the file; nothing may be asked afterwards."""
        with self._lock:
            self._connection.close()

    # --- opening -------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if rescue.is_under_way(self.path):
            with self._folder_lock():
                rescue.finish(self.path)
        if self._is_no_file() or self._is_gone():
            self._rescue()
        try:
            return self._connect()
        except READING_ERRORS as error:
            if not is_damage(error):
                raise
            self._rescue()
            return self._connect()

    def _is_no_file(self) -> bool:
        """Whether a folder, or a device, stands in the database's place."""
        return self.path.exists() and not self.path.is_file()

    def _is_gone(self) -> bool:
        """Whether a database was here, and was deleted, or cut to nothing by a full disk or a broken copy."""
        nothing = not self.path.exists() or self.path.stat().st_size == 0
        return nothing and bool(backups(self.backup_folder, self._clock()))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.text_factory = decode
        try:
            version = self._recognise(connection)
            if version and not has_our_tables(connection, version):
                raise damage()
            if version < LATEST:
                with self._folder_lock():
                    if version:
                        self._back_up(connection)
                    migrate(connection)
            elif self.path.stat().st_size <= CHECKED_BYTES and not is_sound(connection):
                raise damage()
            connection.execute("PRAGMA synchronous = FULL")
            self._file = self.path.stat().st_ino
        except BaseException:
            connection.close()
            raise
        return connection

    def _recognise(self, connection: sqlite3.Connection) -> int:
        """The version of the file, which is only read. Refuses what is newer, or not ours."""
        connection.execute("BEGIN")  # all at one moment: another tutor may be making it
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        tables = frozenset(name for (name,) in connection.execute("SELECT name FROM sqlite_master"))
        connection.execute("COMMIT")
        if header_is_damaged(application, version, tables):
            raise damage()
        if tables and application != APPLICATION:
            raise EnvironmentProblem(
                "This is a database of another program.",
                where=str(self.path),
                next_step="Move it away, or set TUTOR_HOME to another folder.",
            )
        if version > LATEST:
            raise EnvironmentProblem(
                f"This progress was written by a newer tutor: the file has version {version}, "
                f"this tutor knows versions up to {LATEST}. The file was not touched.",
                where=str(self.path),
                next_step="Update the tutor, or set TUTOR_HOME to another folder.",
            )
        return int(version)

    def _require_writable(self) -> None:
        for place in (self.home, self.path):
            if place.exists() and not os.access(place, os.W_OK):
                raise EnvironmentProblem(
                    "The tutor may not write here, so it could not remember anything.",
                    where=str(place),
                    next_step="Allow writing there, or set TUTOR_HOME to a folder that you can write.",
                )

    # --- writing -------------------------------------------------------------------------

    def _transaction(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = change(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise
        return result

    def _back_up_daily(self) -> None:
        today = f"{self._clock():%Y-%m-%d}"
        if today != self._backed_up_on:
            self._back_up(self._connection)
            self._backed_up_on = today

    def _back_up(self, connection: sqlite3.Connection) -> None:
        """Take the day's backup. Only damage is an error: a full disk must not stop a learner."""
        try:
            back_up(connection, self.backup_folder, self._clock())
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                raise
            self._notice(f"There is no backup of today: {error}.")
        except OSError as error:
            self._notice(f"There is no backup of today: {error.strerror}.")

    def _is_in_place(self) -> bool:
        """False where the file was moved (another tutor's rescue) or deleted under our connection:
        what is written to it from then on nobody would find."""
        try:
            return self.path.stat().st_ino == self._file
        except FileNotFoundError:
            return False

    # --- repairing -----------------------------------------------------------------------

    def _rescuing(self, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except READING_ERRORS as error:
            if not is_damage(error):
                raise
        self._connection.close()
        self._rescue()
        self._connection = self._connect()
        return action()

    def _rescue(self) -> None:
        with self._folder_lock():
            for sentence in rescue.rescue(self.path, self.backup_folder, self._clock()):
                self._notice(sentence)

    def _notice(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices = (*self.notices, sentence)

    @contextmanager
    def _folder_lock(self) -> Iterator[None]:
        """Held while the file is migrated or replaced, which only one tutor may do at a time."""
        if sys.platform == "win32":
            yield
            return
        import fcntl

        with closing(open(self.home / "progress.lock", "ab")) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise  # a fault of ours, such as an UPDATE of a log
        except sqlite3.DatabaseError as error:
            raise _plain(error, self.path) from error
        except OSError as error:
            raise environment_problem(error, self.path) from error


def _plain(error: sqlite3.DatabaseError, path: Path) -> EnvironmentProblem:
    """What an error of SQLite means to a person."""
    code = primary_code(error)
    if code == sqlite3.SQLITE_IOERR and _free_bytes(path.parent) < _LITTLE:
        code = sqlite3.SQLITE_FULL  # SQLite could not even make its side files
    home = "Set TUTOR_HOME to a folder that you can write."
    busy = f"Another tutor has kept the database for {BUSY_SECONDS:.0f} seconds"
    message, step = {
        sqlite3.SQLITE_FULL: ("There is no space left on this disk", "Free some space and try again."),
        sqlite3.SQLITE_IOERR: (f"The disk failed ({error})", "Check its health and try again."),
        sqlite3.SQLITE_READONLY: ("The progress database is read-only", home),
        sqlite3.SQLITE_CANTOPEN: ("The progress database cannot be opened", home),
        sqlite3.SQLITE_BUSY: (busy, "Close it and try again."),
    }.get(
        code,
        (
            f"The progress database cannot be used ({error})",
            "Move it away: the newest backup takes its place.",
        ),
    )
    told = f"{message}; this was not saved, what was saved before is."
    return EnvironmentProblem(told, where=str(path), next_step=step)


def _free_bytes(folder: Path) -> int:
    import shutil

    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _LITTLE
