"""Frames over a socket for asyncio: how a trusted parent talks to its zygotes and judges."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence

from tutor.sandbox import wire

SEND_SECONDS = 2.0
"""How long a peer may take to make room before it counts as stuck."""


def _nothing() -> None:
    return None


class Channel:
    """Frames over a socket for asyncio. Sending is direct (frames are small); receiving waits."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.descriptors: list[int] = []
        self._buffer = bytearray()
        self._stop_waiting: Callable[[], object] = _nothing
        sock.setblocking(False)

    def send(self, frame: wire.Frame, descriptors: Sequence[int] = ()) -> None:
        """Sends one frame.

        Raises:
            WireClosed: the other side is gone, or stands still.
        """
        try:
            self.sock.settimeout(SEND_SECONDS)
            wire.send(self.sock, frame, descriptors)
            self.sock.setblocking(False)
        except OSError as problem:
            raise wire.WireClosed(str(problem)) from None

    async def receive(self) -> wire.Frame:
        """The next frame. Descriptors that came with it are added to ``descriptors``.

        Raises:
            WireClosed: the other side is gone.
        """
        header = await self._exactly(wire.HEADER.size)
        (length,) = wire.HEADER.unpack(header)
        if length > wire.MAX_FRAME:
            raise wire.WireError(f"a frame of {length:,} bytes")
        return wire.unpack(await self._exactly(length))

    async def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            try:
                chunk, descriptors, _, _ = socket.recv_fds(self.sock, 1 << 16, wire.MAX_DESCRIPTORS)
            except BlockingIOError:
                await self._readable()
                continue
            except OSError as problem:
                raise wire.WireClosed(str(problem)) from None
            if not chunk:
                raise wire.WireClosed("closed")
            self._buffer += chunk
            self.descriptors += descriptors
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        loop.add_reader(self.sock, wake)
        self._stop_waiting = lambda: loop.remove_reader(self.sock)
        try:
            await ready
        finally:
            self._stop_waiting()
            self._stop_waiting = _nothing

    def close(self) -> None:
        """Hangs up. The event loop forgets the socket first, or it would mistake the next one for it."""
        self._stop_waiting()
        self._stop_waiting = _nothing
        self.sock.close()
        while self.descriptors:
            os.close(self.descriptors.pop())
