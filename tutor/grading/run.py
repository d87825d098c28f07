"""One grading, from forked processes to what was heard of them: deadlines, limits, and cleaning up."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import secrets
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tutor.compute.process import run_delay_seconds, state
from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.submission import Submission
from tutor.grading.workers import WorkerProcess
from tutor.sandbox import wire
from tutor.sandbox.forkserver import Channel, Child, Zygote

TICK = 0.02
GRACE_FOR_TRACE = 0.15
MAX_FRESH_WORKERS = 4
_TRACE_LINE = re.compile(rb'File "([^"\n]{1,4096})", line (\d{1,8}) in ([^\n]{1,80})')


@dataclass
class Heard:
    """Everything that came out of one grading, before it becomes a verdict."""

    collected: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, Any] | None = None
    stopped: str = ""  # "timeout" or "resource_limit"
    stopped_why: str = ""
    stopped_line: int | None = None
    calling: str = ""
    starved: bool = False
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    lost_status: int | None = None
    output: bytes = b""
    output_total: int = 0
    protections: dict[str, str] = field(default_factory=dict)


class Run:
    """One attempt to grade; ``hear`` may be called once."""

    def __init__(
        self,
        exercise: LoadedExercise,
        submission: Submission,
        *,
        judges: Zygote,
        workers: Zygote,
        device: str,
        seed: int | None,
        on_frame: Callable[[Heard, wire.Frame], None],
    ) -> None:
        self._exercise, self._submission = exercise, submission
        self._judges, self._worker_zygote = judges, workers
        self._device, self._seed = device, seed
        self._on_frame = on_frame
        self._heard = Heard()
        self._workers: list[WorkerProcess] = []
        self._judge: Child | None = None
        self._channel: Channel | None = None
        self._started = 0.0

    async def hear(self) -> Heard:
        """Grades; always ends, and leaves no process behind, also when cancelled.

        Raises:
            GraderFault: the judge, a zygote or a check is broken.
        """
        try:
            await self._launch()
            reader = asyncio.create_task(self._read())
            try:
                await self._watch(reader)
            finally:
                reader.cancel()
        finally:
            await self._clean_up()
        return self._heard

    # --- start ---

    async def _launch(self) -> None:
        await asyncio.gather(self._judges.ready(), self._worker_zygote.ready())
        first, second = await asyncio.gather(self._launch_worker(), self._launch_worker())
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        descriptors = [theirs.fileno()]
        for worker in (first, second):
            descriptors += [worker.judge_socket.fileno(), worker.arena]
        request: wire.Frame = {
            "checks": str(self._exercise.checks_file),
            "processes": {function.name: function.process for function in self._exercise.info.interface},
            "worker_pids": [first.pid, second.pid],
            "threads": self._exercise.info.limits.threads,
        }
        try:
            self._judge = await self._judges.fork(request, descriptors)
        finally:
            theirs.close()
        for worker in (first, second):
            worker.hand_over()
        start = {
            "source": base64.b64encode(self._submission.data).decode("ascii"),
            "path": str(self._submission.path),
            "seed": self._seed if self._seed is not None else secrets.randbits(128),
            "device": self._device,
        }
        self._started = time.monotonic()
        self._channel.send({"start": start})

    async def _launch_worker(self) -> WorkerProcess:
        half = self._exercise.info.limits.arena_mib << 20
        limits = self._exercise.info.limits
        request: dict[str, object] = {
            "device": self._device,
            "cpu_seconds": limits.cpu_seconds,
            "threads": limits.threads,
        }
        worker = await WorkerProcess.launch(self._worker_zygote, request, half)
        self._workers.append(worker)
        return worker

    # --- listen ---

    async def _read(self) -> None:
        assert self._channel is not None
        while self._heard.done is None:
            frame = await self._channel.receive()
            if "fault" in frame:
                raise self._fault(str(frame["fault"]))
            if "fresh" in frame:
                await self._send_fresh_worker()
            elif "calling" in frame:
                self._heard.calling = str(frame["calling"])
            elif "protections" in frame:
                self._heard.protections = frame["protections"]
            elif "collected" in frame:
                self._heard.collected = frame["collected"]
            elif "check" in frame:
                self._heard.checks.append(frame["check"])
            elif "done" in frame:
                self._heard.done = frame["done"]
            self._on_frame(self._heard, frame)

    async def _send_fresh_worker(self) -> None:
        assert self._channel is not None
        if len(self._workers) >= 2 + MAX_FRESH_WORKERS:
            raise self._fault("a check asks for too many fresh processes")
        worker = await self._launch_worker()
        self._channel.send({"pid": worker.pid}, (worker.judge_socket.fileno(), worker.arena))
        worker.hand_over()

    # --- watch ---

    async def _watch(self, reader: asyncio.Task[None]) -> None:
        limits = self._exercise.info.limits
        while True:
            done, _ = await asyncio.wait({reader}, timeout=TICK)
            if done:
                break
            heard = self._heard
            heard.wall_seconds = time.monotonic() - self._started
            heard.cpu_seconds = sum(worker.cpu_seconds() for worker in self._workers)
            resident = sum(worker.resident_bytes() for worker in self._workers)
            if heard.cpu_seconds > limits.cpu_seconds:
                await self._stop("timeout", f"{limits.cpu_seconds:g} CPU seconds")
                return
            if heard.wall_seconds > limits.wall_seconds:
                heard.starved = self._is_starved()
                await self._stop("timeout", f"{limits.wall_seconds:g} seconds of wall time")
                return
            if resident > limits.memory_mib << 20:
                await self._stop("resource_limit", f"{limits.memory_mib:,} MiB of memory")
                return
        self._heard.wall_seconds = time.monotonic() - self._started
        self._heard.cpu_seconds = sum(worker.cpu_seconds() for worker in self._workers)
        try:
            reader.result()
        except wire.WireError:
            raise self._fault("the judge ended without an answer") from None
        await self._note_lost_worker()

    def _is_starved(self) -> bool:
        """Whether the wall limit passed while the workers could run and were given no core: then the machine,
        not the learner, is at fault. Asleep, stopped and blocked processes wait for no core."""
        delays = [run_delay_seconds(worker.pid) or 0.0 for worker in self._workers]
        stopped = any(state(worker.pid) in ("T", "t") for worker in self._workers)
        return (
            not stopped
            and self._heard.cpu_seconds + sum(delays) > 0.5 * self._heard.wall_seconds
            and (sum(delays) > 0.25 * self._heard.wall_seconds)
        )

    async def _stop(self, verdict: str, why: str) -> None:
        self._heard.stopped, self._heard.stopped_why = verdict, why
        for worker in self._workers:
            worker.ask_for_trace()
        await asyncio.sleep(GRACE_FOR_TRACE)
        for worker in self._workers:
            line = _line_in(bytes(worker.trace.data), str(self._submission.path))
            if line is not None:
                self._heard.stopped_line = line

    async def _note_lost_worker(self) -> None:
        """If a check lost its process, waits a moment for the kernel's word on how it ended."""
        if not any("lost" in check for check in self._heard.checks):
            return
        for _ in range(25):
            statuses = [worker.status() for worker in self._workers]
            ended = [status for status in statuses if status is not None]
            if ended:
                self._heard.lost_status = ended[0]
                return
            await asyncio.sleep(TICK)

    # --- end ---

    async def _clean_up(self) -> None:
        if self._judge is not None:
            self._judge.signal(signal.SIGKILL)
        await asyncio.gather(*(worker.kill() for worker in self._workers))
        if self._judge is not None:
            with contextlib.suppress(TimeoutError, GraderFault):
                await asyncio.wait_for(self._judge.ended(), 1.0)
        if self._channel is not None:
            self._channel.close()
        first = b""
        for (
            worker
        ) in self._workers:  # every process runs the file: what they all print at first is shown once
            printed = bytes(worker.output.data)
            shared = len(os.path.commonprefix([first, printed]))
            shared = printed.rfind(b"\n", 0, shared) + 1
            first = first or printed
            self._heard.output += printed[shared:]
            self._heard.output_total += worker.output.total - shared

    def _fault(self, what: str) -> GraderFault:
        return GraderFault(
            f"The grader failed: {what}.",
            where=self._exercise.info.id,
            next_step="This is no attempt of yours. Try again; 'tutor report' collects what a bug report needs.",
        )


def _line_in(trace: bytes, path: str) -> int | None:
    """The innermost line of the learner's file in a dump of stacks, or ``None``."""
    encoded = path.encode("utf-8", "replace")
    for match in _TRACE_LINE.finditer(trace):
        if match[1] == encoded:
            return int(match[2])
    return None
