"""A short queueing model of grading, beside runs that are measured: waiting in an M/G/c queue.

    python benchmarks/queueing.py [--gradings N] [--cores N]
    python benchmarks/queueing.py --plan SUBMISSIONS_A_DAY --service SECONDS [--variation CV] [--peak FACTOR]

Submissions arrive at random (Poisson) at a rate of λ, each takes a time of mean S and variation CV (standard
deviation / mean) of one of c workers. With a load of ρ = λ S / c below 1 the mean wait is about

    W = ErlangC(c, λ S) · S / (c − λ S) · (1 + CV²) / 2            (Erlang; Allen and Cunneen for other than CV = 1)

Measured are real gradings of an exercise that takes little time itself. Workers share cores, so S itself depends on
how many work at once: the model takes the S that the same run measured.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.cli.conftest import write_course  # noqa: E402
from tutor.course import load_content  # noqa: E402
from tutor.grading import Grader, from_bytes  # noqa: E402
from tutor.paths import ContentRoot  # noqa: E402

DAY = 86_400


@dataclass(frozen=True)
class Queue:
    """``rate`` a second, ``service`` seconds each with ``variation``, ``workers`` at once."""

    rate: float
    service: float
    variation: float
    workers: int

    @property
    def load(self) -> float:
        return self.rate * self.service / self.workers

    @property
    def chance_to_wait(self) -> float:
        """Erlang's C, by the recursion of his B, which no large number of workers makes overflow."""
        offered, blocked = self.rate * self.service, 1.0
        for number in range(1, self.workers + 1):
            blocked = offered * blocked / (number + offered * blocked)
        return blocked / (1 - self.load * (1 - blocked)) if self.load < 1 else 1.0

    @property
    def wait(self) -> float:
        """The mean time before a grading begins; infinite at a load of 1 and more."""
        if self.load >= 1:
            return math.inf
        mean = self.service / (self.workers - self.rate * self.service)
        return self.chance_to_wait * mean * (1 + self.variation**2) / 2


def workers_for(rate: float, service: float, variation: float, wait: float) -> Queue:
    """The smallest queue whose mean wait is at most ``wait`` seconds."""
    workers = max(1, math.ceil(rate * service))
    while Queue(rate, service, variation, workers).wait > wait:
        workers += 1
    return Queue(rate, service, variation, workers)


@dataclass(frozen=True)
class Measured:
    """A run with random arrivals: what was offered, and what came."""

    rate: float
    services: list[float]
    waits: list[float]


async def arriving(grade, rate: float, count: int, workers: int, seed: int) -> Measured:
    """Sends gradings at random times to ``workers``, and times each one's wait and service."""
    chance, free = random.Random(seed), asyncio.Semaphore(workers)
    services, waits = [], []

    async def one() -> None:
        came = time.monotonic()
        async with free:
            began = time.monotonic()
            await grade()
            waits.append(began - came)
            services.append(time.monotonic() - began)

    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(one())
            await asyncio.sleep(chance.expovariate(rate))
    return Measured(count / (time.monotonic() - began), services, waits)


async def measure(options: argparse.Namespace, place: Path) -> None:
    root = ContentRoot(write_course(place / "course"))
    exercise = load_content(root).exercise("doubling")
    source = from_bytes(b"def double(x):\n    return 2 * x\n")
    async with Grader(root) as grader:

        async def grade() -> None:
            await grader.grade(exercise, source, device="cpu", seed=1)

        warm = await arriving(grade, 1000.0, 60, options.cores, 0)
        full = statistics.mean(warm.services[10:])
        print(
            f"all {options.cores} workers busy: {full:.3f} s a grading, {options.cores / full:.1f} a second\n"
        )
        print(
            f"{'load':>6} {'arrivals/s':>11} {'S':>8} {'CV':>6} {'wait, model':>12} {'wait, measured':>15} {'ratio':>7}"
        )
        for seed, load in enumerate((0.5, 0.7, 0.85)):
            came = await arriving(grade, load * options.cores / full, options.gradings, options.cores, seed)
            service = statistics.mean(came.services)
            variation = statistics.stdev(came.services) / service
            queue = Queue(came.rate, service, variation, options.cores)
            waited = statistics.mean(came.waits)
            print(
                f"{queue.load:6.2f} {came.rate:11.1f} {service:8.3f} {variation:6.2f} "
                f"{queue.wait:11.3f}s {waited:14.3f}s {waited / queue.wait:7.2f}"
            )


def planned(options: argparse.Namespace) -> None:
    """How many workers a day's submissions need, on average and at the peak."""
    for name, factor in (("spread over the day", 1.0), (f"peak of {options.peak:g} ×", options.peak)):
        rate = factor * options.plan / DAY
        for wait in (60.0, 1.0):
            queue = workers_for(rate, options.service, options.variation, wait)
            print(
                f"{name:22} {rate:7.2f} a second: {queue.workers:6} workers for a mean wait of at most {wait:g} s "
                f"(load {queue.load:.2f}, wait {queue.wait:.2f} s)"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--gradings", type=int, default=400, help="at each load")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--plan", type=float, metavar="N", help="submissions a day; measures nothing")
    parser.add_argument("--service", type=float, default=0.5, help="seconds of a worker")
    parser.add_argument("--variation", type=float, default=1.0)
    parser.add_argument("--peak", type=float, default=5.0)
    options = parser.parse_args()
    if options.plan:
        planned(options)
        return
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    os.sched_setaffinity(0, cores)
    print(f"pinned to {len(cores)} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options, Path(folder)))


if __name__ == "__main__":
    main()
