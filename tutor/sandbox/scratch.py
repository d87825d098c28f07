"""Room for scratch folders of workers that have no file system of their own; who made it removes it.

Workers find it as ``TMPDIR``. They can't remove their folders themselves once they are confined or killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "tutor-scratch-"
STALE_SECONDS = 3600.0


@contextlib.contextmanager
def scratch_room() -> Iterator[str]:
    """A new folder, which is removed with everything in it. Sweeps those whose makers were killed."""
    _sweep()
    room = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    os.chmod(room, 0o711)  # a worker of root becomes nobody, and must get through to its own folder
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        maker = folder.name.removeprefix(PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            status = folder.lstat()
            stale = time.time() - status.st_mtime > STALE_SECONDS and status.st_uid == os.geteuid()
            if stale and maker.isdigit() and not _lives(int(maker)):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
