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
from typing import TypeVar

from tutor.compute import telemetry
from tutor.errors import GraderFault
from tutor.sandbox import wire
from tutor.sandbox.channel import Channel
from tutor.sandbox.child import Child
from tutor.sandbox.scratch import scratch_room

T = TypeVar("T")

# Heaps that are kept and used again: page faults, not arithmetic, dominate a small grading. Huge pages
# are left out: where a virtual machine's memory is made on first touch, they cost more than they save.
ENVIRONMENT = {
    **telemetry.OFF,
    "OMP_WAIT_POLICY": "passive",
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1073741824",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "TQDM_DISABLE": "1",  # progress bars of a library that loads a model would fill what the learner printed
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # so that cuda:N is the driver's number N (compute/gpus.py)
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

# How long a peer may take before it counts as stuck. A start imports torch, perhaps from a slow disk.
START_SECONDS, FORK_SECONDS = 120.0, 5.0
LAST_WORDS = 4096


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of zygotes: nothing of the learner's but what finds programs and devices."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, **ENVIRONMENT, **(extra or {})}


class Zygote:
    """One zygote process. ``start`` returns at once; forks ordered early wait until it is ready."""

    def __init__(self, module: str, options: Mapping[str, object] | None = None) -> None:
        command = [sys.executable, "-I", "-m", "tutor.sandbox.zygote"]
        with contextlib.ExitStack() as made, contextlib.ExitStack() as handed_over:
            room = made.enter_context(scratch_room())
            ours, theirs = socket.socketpair()
            made.callback(ours.close)
            handed_over.callback(theirs.close)
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno()), module, json.dumps(dict(options or {}))],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(),),
                env=clean_environment({"TMPDIR": room}),
                cwd="/",
                start_new_session=True,
            )
            self.channel = Channel(ours)
            self._made = made.pop_all()
        self.module = module
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._forked: list[asyncio.Future[Child]] = []
        self._ready: asyncio.Future[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._gone = False
        self._words = bytearray()

    def connect(self) -> None:
        """Begins to listen; needs the running event loop."""
        if self._reader is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._reader = asyncio.create_task(self._read())
            assert self.process.stderr is not None
            os.set_blocking(self.process.stderr.fileno(), False)
            asyncio.get_running_loop().add_reader(self.process.stderr, self._read_words)

    @property
    def alive(self) -> bool:
        return not self._gone and self.process.poll() is None

    async def ready(self) -> None:
        """Returns when all imports are done.

        Raises:
            GraderFault: the zygote ended before, or stands still.
        """
        self.connect()
        assert self._ready is not None
        await self._in_time(asyncio.shield(self._ready), START_SECONDS)

    async def fork(self, request: wire.Frame, descriptors: Sequence[int]) -> Child:
        """Orders a child.

        Raises:
            GraderFault: the zygote is gone, or stands still.
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
        """Tells everyone who still waits for this zygote."""
        for future in (*self._forked, *self._ends.values(), self._ready):
            if future is not None and not future.done():
                future.set_exception(fault)
                future.exception()  # seen: no warning when nobody waits for it

    def _fault(self, what: str = "") -> GraderFault:
        self._gone = True
        return GraderFault(
            f"a helper process ({self.module}) {what or 'ended unexpectedly' + self._last_words()}",
            next_step="Try again; if it happens again, run 'tutor doctor'.",
        )

    def _last_words(self) -> str:
        """The last line the zygote wrote to standard error, if it has ended."""
        if self.process.poll() is None:
            return ""
        self._read_words()
        lines = self._words.decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1][:300]}" if lines else f" (status {self.process.returncode})"

    def _read_words(self) -> None:
        """Empties the pipe of standard error, which would stop its writer when it is full; keeps the end."""
        assert self.process.stderr is not None
        try:
            chunk = os.read(self.process.stderr.fileno(), 1 << 16)
        except (OSError, ValueError):
            return
        self._words = (self._words + chunk)[-LAST_WORDS:]
        if not chunk and self._reader is not None:
            self._reader.get_loop().remove_reader(self.process.stderr)

    def close(self) -> None:
        """Ends the zygote and all its children at once; a second time does nothing."""
        if self.process.stderr is None or self.process.stderr.closed:
            return
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(RuntimeError):  # its loop is closed
                self._reader.get_loop().remove_reader(self.process.stderr)
        self.channel.close()
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._fail_all(self._fault())
        self.process.stderr.close()
        self._made.close()
