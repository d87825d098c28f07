"""One grading, from forked processes to what was heard of them: deadlines, limits, and cleaning up."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tutor.compute.process import run_delay_seconds, state
from tutor.errors import GraderFault
from tutor.grading.submission import Submission
from tutor.grading.team import Team
from tutor.sandbox import wire

TICK = 0.02
GRACE_FOR_TRACE = 0.15
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
    """One grading by a team that is ready; ``hear`` may be called once."""

    def __init__(
        self,
        team: Team,
        submission: Submission,
        *,
        seed: int | None,
        on_frame: Callable[[Heard, wire.Frame], None],
    ) -> None:
        self._team, self._submission, self._seed = team, submission, seed
        self._limits = team.exercise.info.limits
        self._on_frame = on_frame
        self._heard = Heard()
        self._started = 0.0
        self._cpu_at_start = 0.0

    async def hear(self) -> Heard:
        """Grades, and ends the team however it goes, also when cancelled.

        Raises:
            GraderFault: the judge, a zygote or a check is broken.
        """
        try:
            self._start()
            reader = asyncio.create_task(self._read())
            try:
                await self._watch(reader)
            finally:
                reader.cancel()
        finally:
            self._team.kill()
            self._collect_output()
        return self._heard

    def _start(self) -> None:
        self._cpu_at_start = sum(worker.cpu_seconds() for worker in self._team.workers)
        self._started = time.monotonic()
        try:
            self._team.start(
                {
                    "source": base64.b64encode(self._submission.data).decode("ascii"),
                    "path": str(self._submission.path),
                    "seed": self._seed if self._seed is not None else secrets.randbits(128),
                }
            )
        except wire.WireError:
            raise self._fault("the judge ended before it began") from None

    # --- listen ---

    async def _read(self) -> None:
        while self._heard.done is None:
            frame = await self._team.channel.receive()
            if "fault" in frame:
                raise self._fault(str(frame["fault"]))
            if "fresh" in frame:
                await self._team.send_fresh_worker()
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

    # --- watch ---

    async def _watch(self, reader: asyncio.Task[None]) -> None:
        limits = self._limits
        while True:
            done, _ = await asyncio.wait({reader}, timeout=TICK)
            if done:
                break
            heard = self._heard
            heard.wall_seconds = time.monotonic() - self._started
            heard.cpu_seconds = self._cpu_seconds()
            memory = sum(worker.memory_bytes() for worker in self._team.workers)
            if heard.cpu_seconds > limits.cpu_seconds:
                await self._stop("timeout", f"{limits.cpu_seconds:g} CPU seconds")
                return
            if heard.wall_seconds > limits.wall_seconds:
                heard.starved = self._is_starved()
                await self._stop("timeout", f"{limits.wall_seconds:g} seconds of wall time")
                return
            if memory > limits.memory_mib << 20:
                await self._stop("resource_limit", f"{limits.memory_mib:,} MiB of memory")
                return
        self._heard.wall_seconds = time.monotonic() - self._started
        self._heard.cpu_seconds = self._cpu_seconds()
        try:
            reader.result()
        except wire.WireError:
            raise self._fault("the judge ended without an answer") from None
        await self._note_lost_worker()

    def _cpu_seconds(self) -> float:
        return sum(worker.cpu_seconds() for worker in self._team.workers) - self._cpu_at_start

    def _is_starved(self) -> bool:
        """Whether the wall limit passed while the workers could run and were given no core: then the machine,
        not the learner, is at fault. Asleep, stopped and blocked processes wait for no core."""
        delays = [run_delay_seconds(worker.pid) or 0.0 for worker in self._team.workers]
        stopped = any(state(worker.pid) in ("T", "t") for worker in self._team.workers)
        return (
            not stopped
            and self._heard.cpu_seconds + sum(delays) > 0.5 * self._heard.wall_seconds
            and (sum(delays) > 0.25 * self._heard.wall_seconds)
        )

    async def _stop(self, verdict: str, why: str) -> None:
        self._heard.stopped, self._heard.stopped_why = verdict, why
        for worker in self._team.workers:
            worker.ask_for_trace()
        await asyncio.sleep(GRACE_FOR_TRACE)
        for worker in self._team.workers:
            line = _line_in(bytes(worker.trace.data), str(self._submission.path))
            if line is not None:
                self._heard.stopped_line = line

    async def _note_lost_worker(self) -> None:
        """If a check lost its process, waits a moment for the kernel's word on how it ended."""
        if not any("lost" in check for check in self._heard.checks):
            return
        for _ in range(25):
            statuses = [worker.status() for worker in self._team.workers]
            ended = [status for status in statuses if status is not None]
            if ended:
                self._heard.lost_status = ended[0]
                return
            await asyncio.sleep(TICK)

    # --- end ---

    def _collect_output(self) -> None:
        """What the processes printed. Each runs the file: what they all print at first is shown once."""
        first = b""
        for worker in self._team.workers:
            printed = bytes(worker.output.data)
            shared = _common_lines(first, printed)
            first = first or printed
            self._heard.output += printed[shared:]
            self._heard.output_total += worker.output.total - shared

    def _fault(self, what: str) -> GraderFault:
        return GraderFault(
            f"The grader failed: {what}.",
            where=self._team.exercise.id,
            next_step="This is no attempt of yours. Try again; 'tutor report' collects what a bug report needs.",
        )


def _common_lines(first: bytes, second: bytes) -> int:
    """The length of the whole lines with which both begin."""
    length = 0
    for one, other in zip(first.splitlines(keepends=True), second.splitlines(keepends=True), strict=False):
        if one != other:
            break
        length += len(one)
    return length


def _line_in(trace: bytes, path: str) -> int | None:
    """The innermost line of the learner's file in a dump of stacks, or ``None``."""
    encoded = path.encode("utf-8", "replace")
    for match in _TRACE_LINE.finditer(trace):
        if match[1] == encoded:
            return int(match[2])
    return None
