"""Files that are read without waiting: what stands at a path may be a pipe, which might never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotOrdinary(OSError):
    """What should be read is a device, a pipe or a socket."""


def open_ordinary(path: Path, *, follow: bool = True) -> BinaryIO:
    """An ordinary file, to be read. Unless ``follow``, ``path`` itself may not be a link; folders above it may.

    Raises:
        IsADirectoryError, NotOrdinary: it is none.
        OSError: it is not there, may not be read, or is a link that is not followed.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise NotOrdinary(errno.EINVAL, "it is a device or a pipe, no file", str(path))
