"""Hurting the grader while it grades: killed and stopped processes at chosen moments, and what must hold after.

Used by ``benchmarks/soak.py`` and by ``tests/grading/test_faults.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tutor.course import LoadedExercise, load_content
from tutor.errors import GraderFault
from tutor.grading import Grader, Verdict, from_bytes
from tutor.paths import ContentRoot
from tutor.sandbox.scratch import PREFIX

VICTIMS = (
    "judge",
    "first worker",
    "second worker",
    "collected checks",
    "stem",
    "judges' zygote",
    "workers' zygote",
    "workers' namespace",
)
CHEAP_VICTIMS = VICTIMS[:4]
SLACK_SECONDS = 2.0

Action = Callable[[], None]


@dataclass(frozen=True)
class Answer:
    """How one grading ended: a verdict, a fault in one line, or neither (``unanswered``)."""

    name: str
    seconds: float
    verdict: Verdict | None = None
    fault: GraderFault | None = None

    @property
    def blames_learner(self) -> bool:
        """Whether it counts against the learner."""
        return self.verdict is not None and not self.verdict.passed


class Stand:
    """A grader with spare teams on a small course, its event loop, and every process that it ever had."""

    def __init__(self, root: ContentRoot, exercise: str, right: bytes) -> None:
        self.exercise: LoadedExercise = load_content(root).exercise(exercise)
        self.right = right
        self.runner = asyncio.Runner()
        self.grader = Grader(root, keep_warm=True)
        self.seen: set[tuple[int, float]] = set()
        self.runner.run(self.grader.warm_up(self.exercise))
        self.look()

    @property
    def limit_seconds(self) -> float:
        """The longest that an answer may take: the wall limit, twice where tried again, plus 2 s."""
        return 2 * self.exercise.info.limits.wall_seconds + SLACK_SECONDS

    def grade(self, data: bytes | None = None, *, hurt: Action | None = None, after: float = 0.0) -> Answer:
        """Grades the right solution or ``data``; ``hurt`` is called ``after`` seconds."""
        return self.runner.run(self._grade(self.right if data is None else data, hurt, after))

    async def _grade(self, data: bytes, hurt: Action | None, after: float) -> Answer:
        began = time.monotonic()

        def took() -> float:
            return time.monotonic() - began

        grading = asyncio.create_task(self.grader.grade(self.exercise, from_bytes(data, Path("solution.py"))))
        if hurt is not None:
            await asyncio.sleep(after)
            self.look()
            hurt()
        try:
            async with asyncio.timeout(self.limit_seconds - took()):
                verdict = await grading
        except GraderFault as fault:
            return Answer("fault", took(), fault=fault)
        except TimeoutError:
            return Answer("unanswered", took())
        finally:
            self.look()
        return Answer(verdict.verdict, took(), verdict=verdict)

    def rest(self, seconds: float = 0.0) -> None:
        """Returns when a spare team is there, and what ended is gone."""

        async def settle() -> None:
            await asyncio.sleep(seconds)
            with contextlib.suppress(GraderFault):
                await self.grader.warm_up(self.exercise)
            await asyncio.gather(*self.grader._background)

        self.runner.run(settle())
        self.look()

    # --- processes ---

    def victim(self, name: str) -> psutil.Process | None:
        """The process of one of ``VICTIMS``; ``None`` where there is none at this moment."""
        judges, workers = self.grader.zygotes.judges, self.grader.zygotes.workers
        if judges is None or workers is None:
            return None
        try:
            if name == "stem":
                return psutil.Process(self.grader.stem.started().process.pid)
            if name == "judges' zygote":
                return psutil.Process(judges.pid)
            if name in ("judge", "collected checks"):
                holding = psutil.Process(judges.pid).children()[0]
                return holding if name == "collected checks" else holding.children()[0]
            outer = psutil.Process(workers.pid)
            if name == "workers' namespace":
                return outer
            inner = _inside(outer)
            return inner if name == "workers' zygote" else inner.children()[name == "second worker"]
        except (psutil.NoSuchProcess, IndexError):
            return None

    def send(self, name: str, number: signal.Signals) -> Action:
        """An action that sends a signal to one of ``VICTIMS``."""

        def act() -> None:
            process = self.victim(name)
            if process is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

        return act

    def look(self) -> None:
        """Remembers every process of this grader that lives now."""
        self.seen |= {(process.pid, process.create_time()) for process in self._processes()}

    def orphans(self) -> list[int]:
        """Processes that were ever seen, live on, and are no longer below a zygote."""
        ours = {process.pid for process in self._processes()}
        return [pid for pid, born in self.seen if pid not in ours and _lives(pid, born)]

    def rooms(self) -> set[str]:
        """Folders in which the zygotes' forks have their scratch folders."""
        zygotes = (self.grader.zygotes.judges, self.grader.zygotes.workers)
        return {zygote.room for zygote in zygotes if zygote}

    def _processes(self) -> list[psutil.Process]:
        try:
            stem = psutil.Process(self.grader.stem.started().process.pid)
            return [stem, *stem.children(recursive=True)]
        except (psutil.NoSuchProcess, OSError):  # OSError: no descriptor to look with
            return []

    def close(self) -> None:
        """Ends the grader and its event loop."""
        self.look()
        self.runner.run(self.grader.close())
        self.runner.close()

    def left_over(self) -> list[int]:
        """Processes that still live, some time after ``close``."""
        deadline = time.monotonic() + 3.0
        while (
            alive := [pid for pid, born in self.seen if _lives(pid, born)]
        ) and time.monotonic() < deadline:
            time.sleep(0.05)
        return alive


@dataclass(frozen=True)
class Holdings:
    """What this process holds of the system: open descriptors, scratch folders of workers."""

    descriptors: int
    folders: frozenset[str]

    @classmethod
    def now(cls) -> Holdings:
        gc.collect()
        folders = Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getpid()}-*")
        return cls(descriptors(), frozenset(map(str, folders)))

    def grown_by(self, later: Holdings) -> list[str]:
        """What is held later and was not now, in words."""
        more = later.descriptors - self.descriptors
        found = [f"{more} descriptors"] if more > 0 else []
        return found + [f"folder {path}" for path in sorted(later.folders - self.folders)]


@dataclass(frozen=True)
class Moment:
    """One kill: who, when, how the grading ended, and how the next one did."""

    victim: str
    after: float
    answer: Answer
    following: Answer


def kill_at_random(stand: Stand, victim: str, numbers: random.Random, span: float) -> Moment:
    """Kills ``victim`` at a random moment of a grading that takes about ``span`` seconds, then grades again."""
    after = numbers.uniform(0.0, 1.2 * span)
    answer = stand.grade(hurt=stand.send(victim, signal.SIGKILL), after=after)
    return Moment(victim, after, answer, stand.grade())


def problems(moment: Moment, limit_seconds: float) -> list[str]:
    """What must never be, in words: no answer, too late, a fault of ours that counts against the learner."""
    answer, where = moment.answer, f"{moment.victim} killed after {moment.after * 1e3:.1f} ms"
    found = []
    if answer.name == "unanswered" or answer.seconds > limit_seconds:
        found.append(f"{where}: no answer within {limit_seconds:g} s")
    if answer.blames_learner and "worker" not in moment.victim:
        found.append(f"{where}: counts as the learner's {answer.name}")
    if answer.blames_learner and answer.verdict and "ended by signal 9" not in answer.verdict.message:
        found.append(f"{where}: {answer.name}, told as {answer.verdict.message!r}")
    if answer.fault is not None and "\n" in answer.fault.message:
        found.append(f"{where}: a fault in more than one line: {answer.fault.message}")
    if moment.following.name != "passed":
        found.append(f"{where}: the next grading is {moment.following}")
    return found


def descriptors() -> int:
    """How many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


def _inside(outer: psutil.Process) -> psutil.Process:
    """The zygote itself where ``outer`` only waits for it, outside of its PID namespace."""
    children = outer.children()
    return children[0] if len(children) == 1 and _depth(children[0]) > _depth(outer) else outer


def _depth(process: psutil.Process) -> int:
    """In how many PID namespaces a process has a number."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return len(line.split())
    return 0


def _lives(pid: int, born: float) -> bool:
    try:
        process = psutil.Process(pid)
        return process.create_time() == born and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
