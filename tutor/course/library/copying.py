"""Copying a course's files, and nothing else: regular files of its folders, in bounded number and size."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tutor.amounts import size
from tutor.course.names import printable
from tutor.errors import UsageProblem
from tutor.ordinary import NotOrdinary, open_ordinary
from tutor.paths import CONTENT_FOLDERS

MOST_FILES = 5000
MOST_BYTES = 200_000_000
LARGEST_FILE = 50_000_000
_BESIDE = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "AUTHORS")


class Budget:
    """Counts files and bytes, and refuses what is beyond the bounds."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._files = self._bytes = 0

    def take(self, name: str, length: int) -> None:
        """Count one more file, of so many bytes. Raises UsageProblem."""
        self._files, self._bytes = self._files + 1, self._bytes + length
        if self._files > MOST_FILES:
            raise self._refusal(f"It has more than {MOST_FILES:,} files.")
        if length > LARGEST_FILE:
            raise self._refusal(f"'{printable(name)}' is larger than {size(LARGEST_FILE)}.")
        if self._bytes > MOST_BYTES:
            raise self._refusal(f"It holds more than {size(MOST_BYTES)}.")

    def _refusal(self, message: str) -> UsageProblem:
        return UsageProblem(f"{message} No course needs that.", where=self._where)


def course_in(folder: Path, where: str) -> Path:
    """The folder of the course: ``folder``, or the only one in it, as archives have it.

    Raises:
        UsageProblem: neither holds a course.
    """
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    for candidate in [folder, *inside] if len(inside) == 1 else [folder]:
        if (candidate / "lessons" / "course.yaml").is_file():
            return candidate
    raise UsageProblem(
        "There is no course in it: it has no file lessons/course.yaml.",
        where=where,
        next_step=f"A course has the folders {', '.join(CONTENT_FOLDERS)}.",
    )


def copy_course(source: Path, target: Path, where: str) -> None:
    """Copy the three folders of a course, and its licence and the like, into the empty folder ``target``.

    Raises:
        UsageProblem: a link or a special file is among them, or they are too many or too large.
    """
    budget = Budget(where)
    for name in _files(source):
        data = _read(source / name)
        budget.take(name, len(data))
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)


def _read(place: Path) -> bytes:
    try:
        with open_ordinary(place, follow=False) as file:
            return file.read(LARGEST_FILE + 1)
    except (NotOrdinary, IsADirectoryError):
        raise _no_file(place) from None
    except OSError as error:
        message = f"This file cannot be read: {error.strerror}."
        raise UsageProblem(message, where=str(place)) from None


def _files(source: Path) -> Iterator[str]:
    for name in sorted(os.listdir(source)):
        path = source / name
        if name in CONTENT_FOLDERS:
            if path.is_symlink() or not path.is_dir():
                raise _no_file(path)
            yield from _below(source, path)
        elif path.stem.upper() in _BESIDE and path.is_file() and not path.is_symlink():
            yield name


def _below(source: Path, folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(files):
            path = Path(place, name)
            if name.startswith("."):
                continue
            if not stat.S_ISREG(path.lstat().st_mode):
                raise _no_file(path)
            yield path.relative_to(source).as_posix()
        for name in folders:
            if Path(place, name).is_symlink():
                raise _no_file(Path(place, name))


def _no_file(path: Path) -> UsageProblem:
    return UsageProblem(
        "A course holds plain files and folders: no links, no special files.",
        where=printable(str(path)) if len(str(path)) <= 60 else str(path),
        next_step="Put a copy of the file in its place.",
    )
