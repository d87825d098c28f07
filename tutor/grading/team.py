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

from tutor.course import LoadedExercise
from tutor.errors import GraderFault
from tutor.grading.workers import WorkerProcess
from tutor.sandbox import wire
from tutor.sandbox.forkserver import Channel, Child, Zygote

MAX_FRESH_WORKERS = 4


@dataclass(frozen=True)
class Expected:
    """What the last grading of an exercise used, so that the next finds it in place.

    ``request_bytes`` and ``reply_bytes`` of each arena were touched; ``fresh`` workers were asked for.
    """

    request_bytes: int = 0
    reply_bytes: int = 0
    fresh: int = 0


@dataclass
class Team:
    """A judge and its workers. ``launch`` makes one; ``dismiss`` ends it."""

    exercise: LoadedExercise
    device: str
    zygote: Zygote
    judge: Child
    channel: Channel
    workers: list[WorkerProcess]
    expected: Expected
    reserve: list[WorkerProcess] = field(default_factory=list)
    fresh_used: int = 0

    @classmethod
    async def launch(
        cls, judges: Zygote, workers: Zygote, exercise: LoadedExercise, device: str, expected: Expected
    ) -> Team:
        """Forks a judge and two workers, and introduces them to each other.

        Raises:
            GraderFault: a zygote is gone.
        """
        ours, theirs = socket.socketpair()
        channel = Channel(ours)
        request: wire.Frame = {"checks": str(exercise.checks_file), "threads": exercise.info.limits.threads}
        try:
            launched = await asyncio.gather(
                judges.fork(request, (theirs.fileno(),)),
                _launch_worker(workers, exercise, device, expected),
                _launch_worker(workers, exercise, device, expected),
                return_exceptions=True,
            )
        finally:
            theirs.close()
        judge, *pair = launched
        members = [worker for worker in pair if isinstance(worker, WorkerProcess)]
        if not isinstance(judge, Child) or len(members) < len(pair):
            for worker in members:
                worker.kill()
            channel.close()
            raise next(problem for problem in launched if isinstance(problem, BaseException))
        team = cls(exercise, device, workers, judge, channel, members, expected)
        team._introduce()
        for _ in range(expected.fresh):
            team.reserve.append(await _launch_worker(workers, exercise, device, Expected()))
        return team

    @property
    def ready(self) -> bool:
        """Whether every member still lives."""
        return self.judge.status is None and all(w.status() is None for w in (*self.workers, *self.reserve))

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
            worker = await _launch_worker(self.zygote, self.exercise, self.device, Expected())
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

    def _introduce(self) -> None:
        descriptors = []
        for worker in self.workers:
            descriptors += [worker.judge_socket.fileno(), worker.arena]
        frame = {
            "worker_pids": [worker.pid for worker in self.workers],
            "processes": {function.name: function.process for function in self.exercise.info.interface},
            "device": self.device,
            "populate": [self.expected.request_bytes, self.expected.reply_bytes],
        }
        self.channel.send({"team": frame}, descriptors)
        for worker in self.workers:
            worker.hand_over()


async def _launch_worker(
    zygote: Zygote, exercise: LoadedExercise, device: str, expected: Expected
) -> WorkerProcess:
    limits = exercise.info.limits
    request: dict[str, object] = {
        "device": device,
        "cpu_seconds": limits.cpu_seconds,
        "threads": limits.threads,
        "populate": [expected.request_bytes, expected.reply_bytes],
    }
    return await WorkerProcess.launch(zygote, request, limits.arena_mib << 20)
