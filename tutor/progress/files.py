"""Writing files so that a reader, or a power cut, finds the old one or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tutor.errors import EnvironmentProblem


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path``, or make it. Raises ``EnvironmentProblem``; the old file is whole then."""
    _require_replaceable(path)
    with told_as_environment_problem(path), _written_beside(path, data) as written:
        os.replace(written, path)
        sync_folder(path.parent)


def _require_replaceable(path: Path) -> None:
    """Refuses a folder, and a device, a pipe or a socket, which root could replace: ``/dev/null`` stays."""
    with told_as_environment_problem(path):
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise EnvironmentProblem(
            "This is a device or a pipe, no file that can be replaced.",
            where=str(path),
            next_step="Name an ordinary file.",
        )


def write_new(path: Path, data: bytes) -> bool:
    """Make ``path`` unless something is there already, which is left alone. True if it was made.

    Raises:
        EnvironmentProblem: the folder is missing and cannot be made, or cannot be written.
    """
    if os.path.lexists(path):
        return False
    with told_as_environment_problem(path), _written_beside(path, data) as written:
        try:
            os.link(written, path)  # unlike a rename, never replaces
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                return False
            os.rename(written, path)
        sync_folder(path.parent)
    return True


def make_folder(folder: Path) -> None:
    """Make a folder and its parents. Raises ``EnvironmentProblem``."""
    with told_as_environment_problem(folder):
        folder.mkdir(parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system has a way to."""
    with suppress(OSError):  # Windows cannot open a folder; some file systems refuse to sync one
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def told_as_environment_problem(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` about ``path`` into an ``EnvironmentProblem`` with a next step."""
    try:
        yield
    except OSError as error:
        raise environment_problem(error, path) from error


def environment_problem(error: OSError, path: Path) -> EnvironmentProblem:
    """What an ``OSError`` means to a person."""
    home = "Set TUTOR_HOME to a folder that you can write, or name one with --dir."
    message, step = {
        errno.ENOSPC: ("There is no space left on this disk.", "Free some space and try again."),
        errno.EDQUOT: ("Your quota on this disk is used up.", "Free some space and try again."),
        errno.EFBIG: ("A file would become larger than this system allows.", "Raise the limit (ulimit -f)."),
        errno.EROFS: ("This file system is read-only.", home),
        errno.EACCES: ("You may not write here.", home),
        errno.EPERM: ("You may not write here.", home),
        errno.ENOTDIR: ("A file stands where a folder is needed.", f"Move that file away. {home}"),
        errno.EEXIST: ("A file stands where a folder is needed.", f"Move that file away. {home}"),
        errno.EISDIR: (
            "A folder stands where a file is needed.",
            "Name another file, or move that folder away.",
        ),
    }.get(error.errno or 0, (f"The file cannot be written: {error.strerror or error}.", home))
    return EnvironmentProblem(message, where=str(path), next_step=step)


@contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A synced temporary file with ``data`` in the folder of ``path``, gone afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = path.with_name(f".{path.name}.{os.urandom(6).hex()}.part")
    try:
        with open(name, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield name
    finally:
        with suppress(OSError):
            name.unlink()
