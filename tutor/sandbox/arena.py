"""The arena: one block of shared memory between judge and one worker, where tensors' bytes lie.

The first half carries what the judge sends, the second what the worker answers. On Linux it is a
memfd sealed against shrinking and growing, since a worker that shrank it would kill a reader by
SIGBUS. Elsewhere it is an unlinked temporary file, without seals.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile

ALIGNMENT = 64

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
    size = 2 * half_bytes
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("arena", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, _ADD_SEALS, _SEALS)
        return descriptor
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        return os.dup(file.fileno())


class Arena:
    """A mapped arena, seen from one side: ``writing`` is the half this side fills."""

    def __init__(self, descriptor: int, *, judge: bool) -> None:
        self.size = os.fstat(descriptor).st_size
        self.half = self.size // 2
        self.map = mmap.mmap(descriptor, self.size)
        self._start = 0 if judge else self.half
        self._next = self._start
        self.readable = range(self.half, self.size) if judge else range(self.half)

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
        return offset

    def close(self) -> None:
        """Unmaps the memory, unless tensors still look at it (then they keep it)."""
        try:
            self.map.close()
        except BufferError:
            return
