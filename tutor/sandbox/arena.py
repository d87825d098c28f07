"""The arena: one block of shared memory between judge and one worker, where tensors' bytes lie.

The first half carries what the judge sends, the second what the worker answers. On Linux it is a
memfd sealed against shrinking and growing, since a worker that shrank it would kill a reader by
SIGBUS. Elsewhere it is an unlinked temporary file, without seals.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import tempfile

ALIGNMENT = 64
MADV_POPULATE_WRITE = 23

_ADD_SEALS = getattr(fcntl, "F_ADD_SEALS", 1033)
_SEALS = (
    getattr(fcntl, "F_SEAL_SEAL", 1) | getattr(fcntl, "F_SEAL_SHRINK", 2) | getattr(fcntl, "F_SEAL_GROW", 4)
)


class ArenaFull(Exception):
    """What should cross does not fit. ``needed`` and ``room`` are bytes."""

    def __init__(self, needed: int, room: int) -> None:
        super().__init__(f"{needed:,} bytes do not fit into the {room:,} that are left")
        self.needed, self.room = needed, room


def create_descriptor(half_bytes: int) -> int:
    """A descriptor of fresh, zeroed, sealed shared memory of two halves of ``half_bytes`` each."""
    size = 2 * (-(-half_bytes // mmap.PAGESIZE) * mmap.PAGESIZE)
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("arena", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, _ADD_SEALS, _SEALS)
        return descriptor
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        return os.dup(file.fileno())


class Arena:
    """A mapped arena, seen from one side.

    Args:
        descriptor: of ``create_descriptor``.
        judge: whether this side fills the first half (the judge) or the second (a worker).
        populate: bytes at the beginning of each half whose pages are made now rather than at first touch.
    """

    def __init__(self, descriptor: int, *, judge: bool, populate: tuple[int, int] = (0, 0)) -> None:
        self.size = os.fstat(descriptor).st_size
        self.half = self.size // 2
        self.map = mmap.mmap(descriptor, self.size)
        self._start = 0 if judge else self.half
        self._next = self._start
        self.readable = range(self.half, self.size) if judge else range(self.half)
        self.written = 0
        for start, count in zip((0, self.half), populate, strict=True):
            self._populate(start, min(count, self.half))

    def rewind(self) -> None:
        """Begins a new message: what this side wrote before may be overwritten."""
        self._next = self._start

    def reserve(self, count: int) -> int:
        """The offset of ``count`` free bytes in this side's half.

        Raises:
            ArenaFull: they do not fit.
        """
        offset = -(-self._next // ALIGNMENT) * ALIGNMENT
        room = self._start + self.half - offset
        if count > room:
            raise ArenaFull(count, room)
        self._next = offset + count
        self.written = max(self.written, self._next - self._start)
        return offset

    def _populate(self, start: int, count: int) -> None:
        if count:
            with contextlib.suppress(OSError):  # an older kernel makes the pages when they are touched
                self.map.madvise(MADV_POPULATE_WRITE, start, count)

    def close(self) -> None:
        """Unmaps the memory, unless tensors still look at it (then they keep it)."""
        try:
            self.map.close()
        except BufferError:
            return
