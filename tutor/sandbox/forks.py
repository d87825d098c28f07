"""The trusted parent's side of a process that forks on order (asyncio): order forks, hear of their ends."""

from __future__ import annotations

import asyncio
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from tutor.errors import GraderFault
from tutor.sandbox import wire
from tutor.sandbox.channel import Channel
from tutor.sandbox.child import Child

T = TypeVar("T")

# How long a peer may take before it counts as stuck. A start imports torch, perhaps from a slow disk.
START_SECONDS, FORK_SECONDS = 120.0, 5.0


class Forks(ABC):
    """A process that forks on order, at the other end of ``sock``; ``module`` names it in faults.

    Orders may be given before it is ready: they wait.
    """

    def __init__(self, sock: socket.socket, module: str, start_seconds: float = START_SECONDS) -> None:
        self.channel = Channel(sock)
        self.module = module
        self._start_seconds = start_seconds
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._forked: list[asyncio.Future[Child]] = []
        self._ready: asyncio.Future[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._gone = False

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether it still takes orders."""

    @abstractmethod
    def close(self) -> None:
        """Ends it and all its children at once; a second time does nothing."""

    @property
    def idle(self) -> bool:
        """Whether nothing that it forked lives or is ordered."""
        return not self._ends and all(answer.done() for answer in self._forked)

    def connect(self) -> None:
        """Begins to listen; needs the running event loop."""
        if self._reader is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._reader = asyncio.create_task(self._read())

    async def ready(self) -> None:
        """Returns when it takes orders.

        Raises:
            GraderFault: it ended before, or stands still.
        """
        self.connect()
        assert self._ready is not None
        await self._in_time(asyncio.shield(self._ready), self._start_seconds)

    async def fork(self, request: wire.Frame, descriptors: Sequence[int]) -> Child:
        """Orders a child.

        Raises:
            GraderFault: it is gone, or stands still.
        """
        self.connect()
        answer: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._forked.append(answer)
        try:
            self.channel.send({"fork": request}, descriptors)
        except wire.WireClosed:
            raise self._fault() from None
        await self.ready()
        return await self._in_time(answer, FORK_SECONDS)

    async def _in_time(self, answer: asyncio.Future[T], seconds: float) -> T:
        try:
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            raise self._fault(f"gave no answer for {seconds:g} s") from None

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self.channel.receive())
        except (wire.WireError, IndexError, KeyError):
            self._fail_all(self._fault())

    def _hear(self, frame: wire.Frame) -> None:
        if "forked" in frame:
            end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._ends[int(frame["forked"])] = end
            child = Child(self.channel.descriptors.pop(0), end, str(frame["scratch"]))
            waiting = self._forked.pop(0)
            if waiting.done():  # whoever ordered it has gone
                child.signal(signal.SIGKILL)
            else:
                waiting.set_result(child)
        elif "ended" in frame:
            ended = self._ends.pop(int(frame["ended"]), None)
            if ended is not None and not ended.done():
                ended.set_result(int(frame["status"]))
        elif "ready" in frame and self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _fail_all(self, fault: GraderFault) -> None:
        """Tells everyone who still waits for this process."""
        for future in (*self._forked, *self._ends.values(), self._ready):
            if future is not None and not future.done():
                future.set_exception(fault)
                future.exception()  # seen: no warning when nobody waits for it

    def _fault(self, what: str = "") -> GraderFault:
        self._gone = True
        return GraderFault(
            f"a helper process ({self.module}) {what or self._end()}",
            next_step="Try again; if it happens again, run 'tutor doctor'.",
        )

    def _end(self) -> str:
        words = self.last_words()
        return f"ended unexpectedly{': ' if words else ''}{words}"

    @abstractmethod
    def last_words(self) -> str:
        """The last line that it, or a process forked from where it was, wrote to standard error; empty if none."""
