"""The trusted parent's side of a zygote: start it, order forks, hear of their ends (asyncio)."""

from __future__ import annotations

import asyncio
import contextlib
import json
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
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1073741824",
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
        self.descriptors: list[int] = []
        self._buffer = bytearray()
        sock.setblocking(False)

    def send(self, frame: wire.Frame, descriptors: Sequence[int] = ()) -> None:
        self.sock.setblocking(True)
        try:
            wire.send(self.sock, frame, descriptors)
        finally:
            self.sock.setblocking(False)

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
        try:
            await ready
        finally:
            loop.remove_reader(self.sock)

    def close(self) -> None:
        self.sock.close()
        while self.descriptors:
            os.close(self.descriptors.pop())


class Child:
    """A fork of a zygote, by a handle that no other process can come to have."""

    def __init__(self, handle: int, end: asyncio.Future[int]) -> None:
        self._handle, self._end = handle, end
        self.pid = _pid_behind(handle)
        end.add_done_callback(lambda _: self._close())

    @property
    def status(self) -> int | None:
        """The exit status once it has ended, negative for a signal."""
        return self._end.result() if self._end.done() and self._end.exception() is None else None

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

    def _close(self) -> None:
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


class Zygote:
    """One zygote process. ``start`` returns at once; forks ordered early wait until it is ready."""

    def __init__(self, module: str, options: Mapping[str, object] | None = None) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-m", "tutor.sandbox.zygote"]
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno()), module, json.dumps(dict(options or {}))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=clean_environment(),
                cwd="/",
                start_new_session=True,
            )
        self.channel = Channel(ours)
        self.module = module
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._forked: list[asyncio.Future[Child]] = []
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

    async def fork(self, request: wire.Frame, descriptors: Sequence[int]) -> Child:
        """Orders a child.

        Raises:
            GraderFault: the zygote is gone.
        """
        self.connect()
        answer: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._forked.append(answer)
        try:
            self.channel.send({"fork": request}, descriptors)
        except wire.WireClosed:
            raise self._fault() from None
        return await answer

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self.channel.receive())
        except (wire.WireError, IndexError):
            fault = self._fault()
            for future in (*self._forked, *self._ends.values(), self._ready):
                if future is not None and not future.done():
                    future.set_exception(fault)
                    future.exception()  # seen: no warning when nobody waits for it

    def _hear(self, frame: wire.Frame) -> None:
        if "forked" in frame:
            end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._ends[int(frame["forked"])] = end
            child = Child(self.channel.descriptors.pop(0), end)
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
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()
