"""Room for scratch folders of workers that have no file system of their own; who made it removes it.

Workers find it as ``TMPDIR``. They can't remove their folders themselves once they are confined or killed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "tutor-scratch-"
STALE_SECONDS = 3600.0
MANY_FILES = 200


@contextlib.contextmanager
def scratch_room() -> Iterator[str]:
    """A new folder, which is removed with everything in it. Sweeps those whose makers were killed."""
    _sweep()
    room = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    os.chmod(room, 0o711)  # a worker of root becomes nobody, and must get through to its own folder
    try:
        yield room
    finally:
        remove(room)


def holds_more(folder: str | Path, size: int, files: int) -> bool:
    """Whether a folder that is being written to holds more than ``size`` bytes or ``files`` entries, or can't be
    looked into. For workers whose scratch has no limits of its own."""
    used, seen, waiting = 0, 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                    if used > size or seen > files:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:  # removed meanwhile
            continue
        except OSError:
            return True
    return False


def remove_quickly(folder: str | Path) -> None:
    """Removes what an honest submission leaves: a few files. More than that stays until the room is removed,
    since the next worker waits meanwhile."""
    with contextlib.suppress(OSError):
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, MANY_FILES):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
        os.rmdir(folder)


def remove(folder: str | Path) -> None:
    """Removes a folder with everything in it that may be removed, whatever a submission has made of it.

    Folders that are nested thousands deep, or closed to their owner, are opened and brought to the top
    first; no link is followed. Nothing may write to the folder any more.
    """
    top = Path(folder)
    names = (top / f"{secrets.token_hex(8)}-{number}" for number in itertools.count())
    with contextlib.suppress(OSError):
        top.rmdir()  # nothing in it: needs no descriptor
        return
    with contextlib.suppress(OSError):
        top.chmod(0o700)
        while sum(_flatten(inner, names) for inner in _folders_in(top)):
            continue
    shutil.rmtree(top, ignore_errors=True)


def _flatten(folder: Path, names: Iterator[Path]) -> bool:
    """Moves the folders inside ``folder`` to ``names`` and removes the rest; whether all of it could be done."""
    try:
        folder.chmod(0o700)
        for inner in _folders_in(folder):
            inner.chmod(0o700)
            inner.rename(next(names))
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    except OSError:
        return False
    return True


def _folders_in(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        maker = folder.name.removeprefix(PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            status = folder.lstat()
            stale = time.time() - status.st_mtime > STALE_SECONDS and status.st_uid == os.geteuid()
            if stale and maker.isdigit() and not _lives(int(maker)):
                remove(folder)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
