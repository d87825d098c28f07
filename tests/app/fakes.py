"""An engine over the practice course with a real store and a clock that stands still.

Only what takes seconds or leaves the process is replaced: the grading, the demo's process, the
desktop's clipboard.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor.app.assistance import Assistance
from tutor.app.engine import Engine
from tutor.assist import Assistant, CopyAttempt, Handover
from tutor.course import LoadedExercise, LoadedLesson
from tutor.grading import (
    CheckResult,
    GradingEvent,
    Measurement,
    Usage,
    Verdict,
    read_submission,
    record,
)
from tutor.paths import ContentRoot
from tutor.progress import Store
from tutor.progress.records import sha256
from tutor.proving.error_map import Missing, Point
from tutor.proving.looking import Histogram, Look, NoLook, Weight

COURSE = Path(__file__).parent / "course"
MORNING = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)

DEMO_LINES = (
    "device cpu · 64×64 · int8\n\n",
    "              before     after one weight is 1000\n",
    "bytes         16,384     4,100\n",
    "scale         0.0273     7.874\n",
    "mean error    0.0068     0.795\n\n",
    "  -3 ▁▂▄▆█▆▄▂▁ 3        0 ████████████████\n",
)


class Clock:
    """A second for each record, so that they stay in order; the minute shown hangs on the work alone."""

    def __init__(self) -> None:
        self.time = MORNING

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def work(self) -> None:
        """Four minutes at a solution."""
        self.time = self.time.replace(second=0) + timedelta(minutes=4)


def checks(*, good: bool) -> tuple[CheckResult, ...]:
    """Four checks: all passed, or with one that names a misconception."""
    near = Measurement("relative error", 0.00712, 0.00748, "of the norm")
    far = Measurement("relative error", 0.1934, 0.00748, "of the norm")
    worst = Measurement("largest error", 0.0512, 0.0538)
    payload = Measurement("payload", 1_048_580, 1_048_704, "bytes")
    message = (
        "Expected a scale that reaches −5.1, the largest magnitude. Yours reaches 2.4, the largest value. "
        "This looks like a scale taken from the largest value instead of the largest magnitude: `W.max()` is "
        "right only when the largest weight is positive."
    )
    return (
        CheckResult("shapes", "Codes are int8 and have the shape of W", "passed"),
        CheckResult(
            "typical",
            "Ten normal matrices come back as near as one scale can",
            "passed",
            measurements=(near, worst),
        ),
        CheckResult(
            "negative",
            "A matrix whose largest magnitude is negative comes back",
            "passed" if good else "failed",
            measurements=(near if good else far,),
            message="" if good else message,
            misconception=None if good else "scale-from-signed-max",
            hint="" if good else "Look at what `max` does with −5.",
        ),
        CheckResult(
            "payload", "The payload is one byte a weight and one scale", "passed", measurements=(payload,)
        ),
        CheckResult("cuda", "It runs on the GPU it is given", "skipped", required=False),
    )


def verdict_of(source: bytes, exercise: str = "absmax-int8") -> Verdict:
    """``passed`` for a source with a ``return``, ``error`` for the stub, else ``failed``."""
    usage = Usage(payload_bytes=1_048_580, peak_host_bytes=41_200_000, cpu_seconds=0.8)
    protections = {"namespaces": "active", "landlock": "active", "cgroup": "unavailable: not delegated"}
    common = {
        "exercise": exercise,
        "device": "cpu",
        "path": "solution.py",
        "sha256": sha256(source),
        "protections": protections,
    }
    if b"NotImplementedError" in source:
        skipped = tuple(
            CheckResult(one.id, one.title, "error", required=one.required) for one in checks(good=True)
        )
        return Verdict(
            **common,
            verdict="error",
            seconds=0.3,
            checks=skipped,
            message="The function quantize is not written yet: it is still the stub's.",
            next_step="Open the file with e, and write quantize first.",
        )
    good = b"return" in source
    return Verdict(
        **common,
        verdict="passed" if good else "failed",
        seconds=1.4,
        checks=checks(good=good),
        usage=usage,
        stdout="" if good else "scale = \x1b[31m0.0189\x1b[0m\x1b]0;owned\x07\n",
        next_step="" if good else "h shows the second hint.",
    )


class PracticeAssistance(Assistance):
    """Copies into a list and opens no browser."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.copied: list[str] = []
        self.handed_over: list[tuple[str, str]] = []

    def hand_over(self, chosen: Assistant, prompt: str) -> Handover:
        self.handed_over.append((chosen.id, prompt))
        return Handover(chosen, chosen.page, filled=False, opened=False, copies=())

    def copy(self, text: str) -> list[CopyAttempt]:
        self.copied.append(text)
        return [CopyAttempt("file", "done", "copied.md")]


class PracticeEngine(Engine):
    """``pause`` seconds lie between two lines of the demo and between two checks of a grading."""

    def __init__(self, home: Path, *, pause: float = 0.0) -> None:
        super().__init__(ContentRoot(COURSE), home)
        self.pause = pause
        self.clock = Clock()
        self.note = ""  # below each point on the error–memory map
        self.assistance: PracticeAssistance = PracticeAssistance(self)
        self.demos_run: list[list[str]] = []
        self.demos_closed = 0
        self.gradings = 0
        self.cancelled = 0

    def open(self) -> None:
        self.read_course()
        self.store = Store.open(self.home, self.content.info.id, clock=self.clock)

    async def close(self) -> None:
        """Nothing was started."""

    async def warm_up(self, exercise: LoadedExercise) -> None:
        """Nothing to warm up."""

    async def demo(self, lesson: LoadedLesson, arguments: Sequence[str]) -> AsyncGenerator[str]:
        self.demos_run.append(list(arguments))
        try:
            for line in DEMO_LINES:
                await asyncio.sleep(self.pause)
                yield line
        finally:
            self.demos_closed += 1

    async def grade(
        self, exercise: LoadedExercise, path: Path, on_event: Callable[[GradingEvent], None]
    ) -> Verdict:
        self.gradings += 1
        submission = read_submission(path)
        verdict = verdict_of(submission.data, exercise.id)
        try:
            on_event(GradingEvent("started"))
            for number, check in enumerate(verdict.checks, start=1):
                await asyncio.sleep(self.pause)
                on_event(GradingEvent("check", number, len(verdict.checks), check))
            await asyncio.sleep(self.pause)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.clock.work()
        record(self.store, exercise, submission, verdict)
        return verdict

    def known_points(self) -> Sequence[Point]:
        return (
            Point("int3, groups of 128", 3.125, 0.0751),
            Point("int4, groups of 128", 4.125, 0.014),
            Point("int8, one scale", 8.0, 8.9e-5),
        )

    async def look(self, exercise: LoadedExercise) -> Look | NoLook:
        await asyncio.sleep(self.pause)
        source = self.solution_path(exercise).read_bytes()
        if b"NotImplementedError" in source:
            return NoLook("`quantize` is not written yet.", "Open the file with e.")
        near = b"return" in source
        heat = tuple(
            tuple(0.4 if row == 5 else 0.02 if near else 0.3 for _ in range(32)) for row in range(16)
        )
        values = (0.1, -0.25, 0.4, 0.05, -0.15, 0.3) * 4
        small = tuple(
            Weight(n // 6, n % 6, value, value + (0.001 if near else 0.05), value + 0.001)
            for n, value in enumerate(values)
        )
        bell = tuple(round(400 * math.exp(-(((n - 29.5) / 12) ** 2))) for n in range(60))
        weights = Histogram(-0.85, 0.85, bell)
        return Look(weights, weights, Histogram(-0.003, 0.003, bell), heat, small)

    async def own_points(self) -> AsyncIterator[Point | Missing]:
        for exercise in self.content.exercises:
            if self.store.exercise_state(exercise.id).first_pass is not None:
                await asyncio.sleep(self.pause)
                yield Point(exercise.title, 7.834, 8.92e-5, exercise=exercise.id, note=self.note)


def write_solution(engine: Engine, exercise_id: str, *, good: bool) -> Path:
    """The learner's file, with a right body or a wrong one."""
    path = engine.start(engine.content.exercise(exercise_id))
    body = "return torch.round(W), 1.0" if good else "print(W)"
    path.write_text(path.read_text().replace("raise NotImplementedError", body))
    return path


def knob_values(arguments: Sequence[str]) -> Mapping[str, str]:
    """``--name value`` pairs as a mapping."""
    return dict(zip((name.removeprefix("--") for name in arguments[::2]), arguments[1::2], strict=True))
