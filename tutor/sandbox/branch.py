"""A fork that goes on to hold more, and forks in its turn: a zygote of the stem's, or what a zygote forked."""

from __future__ import annotations

import contextlib
import signal
import socket

from tutor.sandbox import wire
from tutor.sandbox.child import Child
from tutor.sandbox.forks import FORK_SECONDS, START_SECONDS, Forks
from tutor.sandbox.scratch import scratch_room

END_SECONDS = 2.0


class Branch(Forks):
    """The forking process that ``child`` is, at the other end of ``sock``. ``grow`` and ``zygote`` make one.

    What it forked ends with it. ``room``: where its forks' scratch folders are, if they have any; ``made`` is undone
    when it has ended.
    """

    room = ""

    def __init__(
        self,
        parent: Forks,
        child: Child,
        sock: socket.socket,
        *,
        module: str,
        seconds: float,
        made: contextlib.ExitStack,
    ) -> None:
        super().__init__(sock, module, seconds)
        self._parent, self._child, self._made = parent, child, made
        self._retired = self._closed = False

    @classmethod
    async def grow(cls, parent: Forks, request: wire.Frame) -> Branch:
        """Orders one from ``parent``: by the request its child takes orders on the one descriptor that it is given.
        It has a few seconds to be ready: what takes long was imported before.

        Raises:
            GraderFault: the parent is gone.
            OSError: no descriptors are left.
        """
        return await cls._grow(parent, request, parent.module, FORK_SECONDS, contextlib.ExitStack())

    @classmethod
    async def zygote(cls, stem: Forks, module: str, options: dict[str, object]) -> Branch:
        """Orders the zygote of ``module`` from the stem. It may import more, and has room for scratch folders.

        Raises:
            GraderFault: the stem is gone.
            OSError: no descriptors or no disk are left.
        """
        with contextlib.ExitStack() as made:
            room = made.enter_context(scratch_room())
            request: wire.Frame = {"module": module, "options": options, "room": room}
            zygote = await cls._grow(stem, request, module, START_SECONDS, made)
            zygote.room = room
            return zygote

    @classmethod
    async def _grow(
        cls, parent: Forks, request: wire.Frame, module: str, seconds: float, made: contextlib.ExitStack
    ) -> Branch:
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as undone:
            undone.callback(ours.close)
            child = await parent.fork(request, (theirs.fileno(),))
            undone.pop_all()
            return cls(parent, child, ours, module=module, seconds=seconds, made=made.pop_all())

    @property
    def pid(self) -> int:
        """The process id as this process sees it."""
        return self._child.pid

    @property
    def lives(self) -> bool:
        """Whether it answers, be it that it takes no more orders."""
        return not self._gone and self._child.lives

    @property
    def alive(self) -> bool:
        return self.lives and not self._retired

    def last_words(self) -> str:
        return self._parent.last_words()

    def retire(self) -> None:
        """Takes no more orders, and ends when what it forked has ended."""
        self._retired = True
        self._close_if_done()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._reader is not None:
            with contextlib.suppress(RuntimeError):  # its loop is closed
                self._reader.cancel()
        self.channel.close()
        self._child.signal(signal.SIGKILL)
        self._child.wait(END_SECONDS)
        self._fail_all(self._fault())
        self._made.close()

    def _hear(self, frame: wire.Frame) -> None:
        super()._hear(frame)
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._retired and self.idle:
            self.close()
