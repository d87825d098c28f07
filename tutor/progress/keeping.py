"""The one place through which a file that may be a learner's is replaced: what it held goes to the backups first.

``tests/test_writers.py`` knows each other place that writes files, and why no learner's file lies there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor.paths import tutor_home, work_folder
from tutor.progress.files import told_as_environment_problem, write_atomically, write_new

_STAMP = "%Y%m%dT%H%M%S%fZ"
_WORKED_IN = (".py", ".ipynb")


@dataclass(frozen=True)
class Backup:
    """A copy of a learner's file, taken before it was replaced. ``number`` 1 is the newest."""

    number: int
    path: Path
    file_name: str
    at: datetime


def backups(home: Path) -> list[Backup]:
    """The kept copies of learners' files, newest first."""
    found = []
    for path in (home / "backups").glob("*"):
        stem, _, stamp = path.stem.rpartition("-")
        try:
            at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue  # a file that somebody else put there
        found.append((at, f"{stem}{path.suffix}", path))
    found.sort(reverse=True)
    return [Backup(number, path, name, at) for number, (at, name, path) in enumerate(found, start=1)]


def replace_kept(home: Path, target: Path, data: bytes, now: datetime) -> None:
    """Put ``data`` in the place of a file, whose content is kept first. A link stays a link.

    Raises:
        EnvironmentProblem: the file or the backup cannot be written; the file is as it was then.
    """
    place = target.resolve()
    with told_as_environment_problem(place):
        old = place.read_bytes()
    if old == data:
        return
    keep_copy(home, target.name, old, now)
    write_atomically(place, data)


def keep_copy(home: Path, name: str, data: bytes, now: datetime) -> None:
    """Put ``data`` among the backups, as a version of a file of this name. Raises EnvironmentProblem."""
    file, at = Path(name), now.astimezone(UTC)
    while not write_new(home / "backups" / f"{file.stem}-{at:{_STAMP}}{file.suffix}", data):
        # Another was taken in the same moment, or the clock was set back to it.
        at += timedelta(microseconds=1)


def write_output(path: Path, data: bytes, home: Path | None = None) -> None:
    """Write what a person asked to have in a file.

    Python or a notebook that stands there, and anything in the work folder, is kept first.

    Raises:
        EnvironmentProblem: the folder cannot be written, or has no space; the old file is whole then.
    """
    home = home or tutor_home()
    if path.is_file() and (path.suffix in _WORKED_IN or _is_in(path, work_folder(home))):
        replace_kept(home, path, data, datetime.now(UTC))
    else:
        write_atomically(path, data)


def _is_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve()) or path.absolute().is_relative_to(folder)
