"""The processes of one grading, ready to go: a judge that has collected its checks, and confined workers.

A team is launched before there is anything to grade where that is known (a spare), else on the spot; from
there on both are the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from dataclasses import dataclass, field
from typing import Any

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.collected import Judges
from tutor.grading.device_use import host_bytes, worker_request
from tutor.grading.workers import WorkerProcess
from tutor.sandbox import wire
from tutor.sandbox.channel import Channel
from tutor.sandbox.child import Child
from tutor.sandbox.forks import Forks

MAX_FRESH_WORKERS = 4
LARGE_BYTES = 1 << 20
"""From so many bytes of inputs on, warming a spare's libraries shows in the time to a verdict. It costs 8 MB."""


@dataclass(frozen=True)
class Expected:
    """What the last grading of an exercise used, so that the next finds it in place.

    ``request_bytes`` and ``reply_bytes`` of each arena were touched; the first two workers' heaps grew by
    ``heap_bytes``; ``fresh`` workers were asked for; ``draws`` holds the tensors that each check drew.
    """

    request_bytes: int = 0
    reply_bytes: int = 0
    heap_bytes: int = 0
    fresh: int = 0
    draws: dict[str, Any] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Whether tensors take the time, not the processes."""
        return self.request_bytes >= LARGE_BYTES


@dataclass
class Team:
    """A judge and its workers. ``launch`` makes one; ``dismiss`` ends it."""

    exercise: LoadedExercise
    device: str
    zygote: Forks
    judge: Child
    channel: Channel
    workers: list[WorkerProcess]
    expected: Expected
    reserve: list[WorkerProcess] = field(default_factory=list)
    fresh_used: int = 0

    @classmethod
    async def launch(
        cls,
        judges: Judges,
        workers: Forks,
        exercise: LoadedExercise,
        device: str,
        expected: Expected,
        *,
        seed: int,
        model: str = "",
        spare: bool = False,
    ) -> Team:
        """Forks a judge and two workers, and introduces them to each other. ``seed`` fixes the inputs, ``model`` is
        the folder of the language model where the exercise is about one.

        A ``spare`` team has time: it draws the inputs ahead, and warms itself up where they are large.

        Raises:
            GraderFault: a zygote is gone.
            OSError, WireError: no descriptors or memory are left, or the judge is gone again.
        """
        ours, theirs = socket.socketpair()
        channel = Channel(ours)
        request: wire.Frame = {"threads": exercise.info.limits.threads}
        touched = [expected, expected] + [Expected()] * expected.fresh
        judge = asyncio.create_task(judges.fork(exercise, request, (theirs.fileno(),)))
        members = [
            asyncio.create_task(
                _launch_worker(workers, exercise, device, each, spare=spare, measured=number > 1)
            )
            for number, each in enumerate(touched)
        ]
        try:
            first, second, *reserve = await asyncio.gather(*members)
            team = cls(exercise, device, workers, await judge, channel, [first, second], expected, reserve)
            team._introduce(seed, model, spare=spare)
        except BaseException:
            channel.close()
            await _abandon(judge, members)
            raise
        finally:
            theirs.close()
        return team

    @property
    def ready(self) -> bool:
        """Whether every member still lives."""
        return self.judge.lives and all(worker.lives for worker in (*self.workers, *self.reserve))

    def start(self, frame: wire.Frame) -> None:
        """Hands the judge a submission."""
        self.channel.send({"start": frame})

    async def send_fresh_worker(self) -> None:
        """Gives the judge one more worker, in which nothing has been called yet.

        Raises:
            GraderFault: a check asks for too many.
        """
        if self.fresh_used >= MAX_FRESH_WORKERS:
            raise GraderFault("a check asks for too many fresh processes")
        self.fresh_used += 1
        if self.reserve:
            worker = self.reserve.pop()
        else:
            worker = await _launch_worker(self.zygote, self.exercise, self.device, Expected(), measured=True)
        self.workers.append(worker)
        self.channel.send({"pid": worker.pid}, (worker.judge_socket.fileno(), worker.arena))
        worker.hand_over()

    def kill(self) -> None:
        """Ends every member and reads what the workers had printed; ``dismissed`` waits for the kernel."""
        self.judge.signal(signal.SIGKILL)
        for worker in (*self.workers, *self.reserve):
            worker.kill()
        self.channel.close()

    async def dismissed(self) -> None:
        """Returns when every process of the team is gone."""
        await asyncio.gather(*(worker.gone() for worker in (*self.workers, *self.reserve)))
        with contextlib.suppress(TimeoutError, GraderFault):
            await asyncio.wait_for(self.judge.ended(), 2.0)

    def _introduce(self, seed: int, model: str, *, spare: bool) -> None:
        descriptors = []
        for worker in self.workers:
            descriptors += [worker.judge_socket.fileno(), worker.arena]
        frame = {
            "worker_pids": [worker.pid for worker in self.workers],
            "processes": {function.name: function.process for function in self.exercise.info.interface},
            "device": self.device,
            "populate": [self.expected.request_bytes, self.expected.reply_bytes],
            "seed": seed,
            "model": model,
            "heap_bytes": self.expected.heap_bytes if spare else 0,
            "draws": self.expected.draws,
            "spare": spare,
            "warm": spare and self.expected.is_large,
        }
        self.channel.send({"team": frame}, descriptors)
        for worker in self.workers:
            worker.hand_over()


async def _abandon(judge: asyncio.Task[Child], members: list[asyncio.Task[WorkerProcess]]) -> None:
    """Ends what was launched of a team that does not come about."""
    for task in (judge, *members):
        task.cancel()
    await asyncio.gather(judge, *members, return_exceptions=True)
    if not judge.cancelled() and judge.exception() is None:
        judge.result().signal(signal.SIGKILL)
    for member in members:
        if not member.cancelled() and member.exception() is None:
            member.result().kill()


async def _launch_worker(
    zygote: Forks,
    exercise: LoadedExercise,
    device: str,
    expected: Expected,
    *,
    spare: bool = False,
    measured: bool = False,
) -> WorkerProcess:
    """Forks a worker. Where its memory is ``measured``, it is warmed too, so that the figure is always the same."""
    limits = exercise.info.limits
    request: dict[str, object] = {
        "device": device,
        "cpu_seconds": limits.cpu_seconds,
        "threads": limits.threads,
        "compiles": limits.compiles and device.startswith("cuda"),
        "populate": [expected.request_bytes, expected.reply_bytes],
        "heap_bytes": expected.heap_bytes if spare else 0,
        "warm": measured or (spare and expected.is_large),
        "measured": measured,
        **worker_request(device),
    }
    memory_bytes = (limits.memory_mib << 20) + host_bytes(device)
    return await WorkerProcess.launch(zygote, request, limits.arena_mib << 20, memory_bytes)
