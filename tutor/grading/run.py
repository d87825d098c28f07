"""One grading, from forked processes to what was heard of them: deadlines, limits, and cleaning up."""

from __future__ import annotations

import asyncio
import base64
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tutor.errors import EnvironmentProblem, GraderFault
from tutor.grading.device_use import DeviceWatch, host_bytes
from tutor.grading.own_time import OwnTime
from tutor.grading.submission import Submission
from tutor.grading.team import Team
from tutor.grading.workers import WorkerProcess
from tutor.sandbox import wire
from tutor.sandbox.confinement.world import SCRATCH_BYTES, SCRATCH_FILES

TICK = 0.02
GRACE_FOR_TRACE = 0.15
GRACE_FOR_END = 0.5


@dataclass
class Heard:
    """Everything that came out of one grading, before it becomes a verdict."""

    collected: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    done: dict[str, Any] | None = None
    stopped: str = ""  # "timeout" or "resource_limit"
    stopped_why: str = ""
    stopped_line: int | None = None
    calling: str = ""
    starved: bool = False
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    device_bytes: int | None = None
    lost_status: int | None = None
    output: bytes = b""
    output_total: int = 0
    protections: dict[str, str] = field(default_factory=dict)

    @property
    def killed(self) -> bool:
        """Whether somebody else ended a worker: its own code can't, nor does any limit of ours while it runs."""
        return self.lost_status == -signal.SIGKILL


class JudgeLost(GraderFault):
    """The judge is gone before its last word."""


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
        self._device = DeviceWatch(team.device) if team.device.startswith("cuda") else None
        self._started = 0.0
        self._cpu_at_start = 0.0
        self._waits_since: float | None = None

    async def hear(self) -> Heard:
        """Grades, and ends the team however it goes, also when cancelled.

        Raises:
            EnvironmentProblem: the device can't be used, or is gone.
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
        self._time = OwnTime(self._team)
        self._started = time.monotonic()
        try:
            self._team.start(
                {
                    "source": base64.b64encode(self._submission.data).decode("ascii"),
                    "path": str(self._submission.path),
                    "seed": self._seed,
                }
            )
        except wire.WireError:
            raise self._fault("the judge ended before it began", JudgeLost) from None

    # --- listen ---

    async def _read(self) -> None:
        from tutor.grading.frames import Misunderstood, require_understood  # slow: the zygotes start first

        while self._heard.done is None:
            frame = await self._team.channel.receive()
            try:
                require_understood(frame)
            except Misunderstood as problem:
                raise self._fault(f"the judge said {problem}") from None
            if "fault" in frame:
                raise self._fault(str(frame["fault"]))
            if "unusable" in frame:
                raise self._no_device(f"can't be used: {frame['unusable']}")
            if "fresh" in frame:
                self._waits_since = time.monotonic()
                await self._team.send_fresh_worker()
                self._started += time.monotonic() - self._waits_since
                self._waits_since = None
            elif "calling" in frame:
                self._heard.calling = str(frame["calling"])
            elif "protections" in frame:
                group = self._team.workers[0].group_state
                self._heard.protections = {**frame["protections"], "cgroup": group}
            elif "collected" in frame:
                self._heard.collected = frame["collected"]
            elif "check" in frame:
                self._heard.checks.append(frame["check"])
            elif "table" in frame:
                self._heard.tables.append(frame["table"])
            elif "done" in frame:
                self._heard.done = frame["done"]
            self._on_frame(self._heard, frame)

    # --- watch ---

    async def _watch(self, reader: asyncio.Task[None]) -> None:
        limits = self._limits
        beside = host_bytes(self._team.device)
        while True:
            done, _ = await asyncio.wait({reader}, timeout=TICK)
            if self._device is not None:
                self._heard.device_bytes = self._device.look([worker.pid for worker in self._team.workers])
            if done:
                break
            heard = self._heard
            heard.wall_seconds = self._wall_seconds()
            heard.cpu_seconds = self._cpu_seconds()
            memory = sum(worker.memory_bytes() for worker in self._team.workers)
            if heard.cpu_seconds > limits.cpu_seconds:
                await self._stop("timeout", f"{limits.cpu_seconds:g} CPU seconds")
                return
            if heard.wall_seconds > limits.wall_seconds:
                heard.starved = self._time.starved(heard.wall_seconds, heard.cpu_seconds)
                if not heard.starved:
                    self._demand_own_time()
                await self._stop("timeout", f"{limits.wall_seconds:g} seconds of wall time")
                return
            if memory > (limits.memory_mib << 20) + beside * len(self._team.workers):
                await self._stop("resource_limit", f"{limits.memory_mib:,} MiB of memory")
                return
            if any(worker.fills_disk() for worker in self._team.workers):
                await self._stop("resource_limit", f"{SCRATCH_BYTES >> 20} MiB or {SCRATCH_FILES:,} files")
                return
        self._heard.wall_seconds = self._wall_seconds()
        self._heard.cpu_seconds = self._cpu_seconds()
        try:
            reader.result()
        except wire.WireError:
            raise self._fault("the judge ended without an answer", JudgeLost) from None
        except OSError as problem:
            raise self._fault(f"a process could not be made ({problem})") from None
        if any(check.get("outcome") == "error" for check in self._heard.checks):
            self._demand_device()
        await self._note_lost_worker()

    def _wall_seconds(self) -> float:
        """Seconds since the start. The clock stands while a process for the learner's code is being made: for that the
        zygote has a limit of its own."""
        return (self._waits_since or time.monotonic()) - self._started

    def _cpu_seconds(self) -> float:
        return sum(worker.cpu_seconds() for worker in self._team.workers) - self._cpu_at_start

    def _demand_own_time(self) -> None:
        """At the wall limit.

        Raises:
            GraderFault: the time did not go into the learner's code.
        """
        in_code = bool(self._heard.calling)
        elsewhere = self._time.went_elsewhere(self._heard.wall_seconds, in_learners_code=in_code)
        if elsewhere:
            raise self._fault(elsewhere)

    def _demand_device(self) -> None:
        """A GPU that went away takes everything on it along: that is no error of the learner's.

        Raises:
            EnvironmentProblem: it did.
        """
        if self._device is not None and self._device.is_gone:
            raise self._no_device("is gone: the driver no longer answers for it")

    async def _stop(self, verdict: str, why: str) -> None:
        self._demand_device()
        self._heard.stopped, self._heard.stopped_why = verdict, why
        for worker in self._team.workers:
            worker.ask_for_trace()
        await asyncio.sleep(GRACE_FOR_TRACE)
        for worker in self._team.workers:
            line = worker.line_of(str(self._submission.path))
            if line is not None:
                self._heard.stopped_line = line

    async def _note_lost_worker(self) -> None:
        """If a check lost its process, waits a moment for the kernel's word on how it ended.

        Raises:
            GraderFault: it ended because its zygote did.
        """
        lost = {check["lost"]["pid"] for check in self._heard.checks if "lost" in check}
        if not lost:
            return
        # The others end too, and with another status: the judge that they listened to has gone.
        workers = [worker for worker in self._team.workers if worker.pid in lost]
        began = time.monotonic()
        while True:
            if not self._team.zygote.alive:
                raise self._fault("the process that starts workers ended")
            statuses = [worker.status() for worker in workers]
            ended = [status for status in statuses if status is not None]
            if ended:
                self._note_memory(workers)
                self._heard.lost_status = None if self._heard.stopped else ended[0]
                return
            patience = GRACE_FOR_END if all(worker.lives for worker in workers) else 4 * GRACE_FOR_END
            if time.monotonic() - began > patience:
                return
            await asyncio.sleep(TICK)

    def _note_memory(self, workers: list[WorkerProcess]) -> None:
        """A worker that the kernel ended for its memory was stopped at its limit, like one that the watchdog saw."""
        for worker in workers:
            worker.note_memory()
        if any(worker.ran_out_of_memory for worker in workers):
            self._heard.stopped = "resource_limit"
            self._heard.stopped_why = f"{self._limits.memory_mib:,} MiB of memory"

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

    def _no_device(self, what: str) -> EnvironmentProblem:
        return EnvironmentProblem(
            f"{self._team.device} {what}.",
            where="--device",
            next_step="'tutor doctor' says more; '--device cpu' grades without it.",
        )

    def _fault(self, what: str, kind: type[GraderFault] = GraderFault) -> GraderFault:
        return kind(
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
