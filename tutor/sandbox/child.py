"""A fork of a zygote as the trusted parent holds it: by a descriptor, so that no number is ever mistaken."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal


class Child:
    """A fork of a zygote, by a handle that no other process can come to have.

    ``scratch`` is its folder on a disk that others use too, if it has one.
    """

    def __init__(self, handle: int, end: asyncio.Future[int], scratch: str) -> None:
        self._handle, self._end, self.scratch = handle, end, scratch
        self.pid = _pid_behind(handle)
        end.add_done_callback(self._on_end)

    @property
    def status(self) -> int | None:
        """The exit status once it has ended, negative for a signal."""
        return self._end.result() if self._end.done() and self._end.exception() is None else None

    @property
    def lives(self) -> bool:
        """Whether it has not ended, by the kernel's word: known before ``status``."""
        return not self.wait(0)

    def wait(self, seconds: float) -> bool:
        """Blocks until it has ended, so long at most; returns whether it has."""
        if self._handle < 0:
            return True
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(1000 * seconds))

    async def ended(self) -> int:
        """Waits for its end; returns the exit status.

        Raises:
            GraderFault: the zygote is gone, and with it the child.
        """
        return await asyncio.shield(self._end)

    def signal(self, number: int) -> None:
        """Sends a signal; nothing happens when it has ended."""
        if self._handle >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def _on_end(self, end: asyncio.Future[int]) -> None:
        if end.exception() is not None:  # its zygote is gone: nobody else would end it
            self.signal(signal.SIGKILL)
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _pid_behind(handle: int) -> int:
    """The process id, in our own namespace, of the process a descriptor stands for."""
    with open(f"/proc/self/fdinfo/{handle}") as file:
        for line in file:
            if line.startswith("Pid:"):
                return int(line.split()[1])
    return -1
