"""The trusted parent's side of a zygote: start it, order forks, hear of their ends (asyncio)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from tutor.errors import GraderFault
from tutor.sandbox import wire

# Long-lived heaps that are reused, in huge pages where the kernel has them: page faults, not
# arithmetic, dominate a small grading.
ENVIRONMENT = {
    "OMP_WAIT_POLICY": "passive",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}
KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_HOME",
    "SYSTEMROOT",
)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of zygotes: nothing of the learner's but what finds programs and devices."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, **ENVIRONMENT, **(extra or {})}


class Channel:
    """Frames over a socket for asyncio. Sending is direct (frames are small); receiving waits."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = bytearray()
        sock.setblocking(False)

    def send(self, frame: wire.Frame, descriptors: Sequence[int] = ()) -> None:
        self.sock.setblocking(True)
        try:
            wire.send(self.sock, frame, descriptors)
        finally:
            self.sock.setblocking(False)

    async def receive(self) -> wire.Frame:
        """The next frame.

        Raises:
            WireClosed: the other side is gone.
        """
        header = await self._exactly(wire.HEADER.size)
        (length,) = wire.HEADER.unpack(header)
        if length > wire.MAX_FRAME:
            raise wire.WireError(f"a frame of {length:,} bytes")
        return wire.unpack(await self._exactly(length))

    async def _exactly(self, count: int) -> bytes:
        loop = asyncio.get_running_loop()
        while len(self._buffer) < count:
            try:
                chunk = await loop.sock_recv(self.sock, 1 << 16)
            except OSError as problem:
                raise wire.WireClosed(str(problem)) from None
            if not chunk:
                raise wire.WireClosed("closed")
            self._buffer += chunk
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def close(self) -> None:
        self.sock.close()


class Zygote:
    """One zygote process. ``start`` returns at once; forks ordered early wait until it is ready."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-m", "tutor.sandbox.zygote", str(theirs.fileno()), module],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=clean_environment(environment),
                cwd="/",
                start_new_session=True,
            )
        self.channel = Channel(ours)
        self.module = module
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._forked: list[asyncio.Future[int]] = []
        self._ready: asyncio.Future[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._gone = False

    def connect(self) -> None:
        """Begins to listen; needs the running event loop."""
        if self._reader is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._reader = asyncio.create_task(self._read())

    @property
    def alive(self) -> bool:
        return not self._gone and self.process.poll() is None

    async def ready(self) -> None:
        """Returns when all imports are done.

        Raises:
            GraderFault: the zygote ended before.
        """
        self.connect()
        assert self._ready is not None
        await asyncio.shield(self._ready)

    async def fork(self, request: wire.Frame, descriptors: Sequence[int]) -> int:
        """Orders a child; returns its process id.

        Raises:
            GraderFault: the zygote is gone.
        """
        self.connect()
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._forked.append(answer)
        try:
            self.channel.send({"fork": request}, descriptors)
        except wire.WireClosed:
            raise self._fault() from None
        pid = await answer
        self._ended[pid] = asyncio.get_running_loop().create_future()
        return pid

    async def ended(self, pid: int) -> int:
        """Waits for a child's end; returns its exit status, negative for a signal."""
        return await asyncio.shield(self._ended[pid])

    def has_ended(self, pid: int) -> int | None:
        """The exit status of a child that has ended, else ``None``."""
        future = self._ended.get(pid)
        return future.result() if future is not None and future.done() and not future.exception() else None

    async def _read(self) -> None:
        try:
            while True:
                frame = await self.channel.receive()
                if "forked" in frame and self._forked:
                    future = self._forked.pop(0)
                    if not future.done():
                        future.set_result(int(frame["forked"]))
                        await asyncio.sleep(0)  # let the caller enter the child before its end is read
                elif "ended" in frame:
                    ended = self._ended.get(int(frame["ended"]))
                    if ended is not None and not ended.done():
                        ended.set_result(int(frame["status"]))
                elif "ready" in frame and self._ready is not None and not self._ready.done():
                    self._ready.set_result(None)
        except wire.WireError:
            self._gone = True
            fault = self._fault()
            for future in (*self._forked, *self._ended.values(), self._ready):
                if future is not None and not future.done():
                    future.set_exception(fault)
                    future.exception()  # seen: no warning when nobody waits for it

    def _fault(self) -> GraderFault:
        self._gone = True
        return GraderFault(
            f"a helper process ({self.module}) ended unexpectedly{self._last_words()}",
            next_step="Try again; if it happens again, run 'tutor doctor'.",
        )

    def _last_words(self) -> str:
        """The last line the zygote wrote to standard error, if it has ended."""
        if self.process.poll() is None or self.process.stderr is None:
            return ""
        lines = self.process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1][:300]}" if lines else f" (status {self.process.returncode})"

    def close(self) -> None:
        """Ends the zygote and all its children at once."""
        if self._reader is not None:
            self._reader.cancel()
        self.channel.close()
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except OSError:
            pass
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
