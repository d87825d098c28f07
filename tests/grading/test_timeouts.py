"""Timeouts are fair: the learner answers for what the learner's code did, the machine for being busy."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tutor.course import load_content
from tutor.errors import GraderFault
from tutor.grading import Grader, Verdict, from_bytes
from tutor.paths import ContentRoot

COURSE = Path(__file__).parent / "course"
WALL_SECONDS = 3
SPINNERS = 24
COMPUTE = """
import time
def halve(x):
    end = time.process_time() + 0.08
    while time.process_time() < end:
        pass
    return x / 2
def double(x):
    return x * 2
"""
FIGURES = re.compile(r"\((\d+\.\d) s of wall time, (\d+\.\d) s of CPU time\)")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="run delay is told by Linux")


class Bench:
    """A grader whose processes can be given next to no core."""

    def __init__(self, course: Path) -> None:
        self.exercise = load_content(ContentRoot(course)).exercise("halve")
        self.runner = asyncio.Runner()
        self.grader = Grader(ContentRoot(course))
        self.runner.run(self.grader.warm_up(self.exercise))

    def grade(self, source: str) -> Verdict:
        return self.runner.run(
            self.grader.grade(self.exercise, from_bytes(source.encode(), Path("halve.py")))
        )

    def workers_zygote(self) -> list[psutil.Process]:
        assert self.grader.zygotes.workers is not None
        process = psutil.Process(self.grader.zygotes.workers.pid)
        return [process, *process.children(recursive=True)]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("timeouts") / "course"
    shutil.copytree(COURSE, course)
    exercise = course / "exercises/halve/exercise.yaml"
    exercise.write_text(
        exercise.read_text().replace(
            "cpu_seconds: 1.5, wall_seconds: 6", f"cpu_seconds: 0.5, wall_seconds: {WALL_SECONDS}"
        )
    )
    return course


@pytest.fixture(scope="module")
def bench(course: Path) -> Iterator[Bench]:
    bench = Bench(course)
    yield bench
    bench.runner.run(bench.grader.close())
    bench.runner.close()


@pytest.fixture
def starve(course: Path) -> Iterator[Callable[[], tuple[Bench, Callable[[], None]]]]:
    """A grader whose workers share one core with others that are served first, and the end of that."""
    spinners: list[subprocess.Popen[bytes]] = []
    benches: list[Bench] = []

    def stop() -> None:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()

    def start() -> tuple[Bench, Callable[[], None]]:
        bench = Bench(course)
        benches.append(bench)
        core = max(os.sched_getaffinity(0))
        for process in bench.workers_zygote():
            process.nice(19)
            process.cpu_affinity([core])
        for _ in range(SPINNERS):  # sessions of their own: some kernels share a core by session
            spinners.append(
                subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"], start_new_session=True)
            )
            os.sched_setaffinity(spinners[-1].pid, {core})
            os.setpriority(os.PRIO_PROCESS, spinners[-1].pid, 5)
        return bench, stop

    yield start
    stop()
    for bench in benches:
        bench.runner.run(bench.grader.close())
        bench.runner.close()


@pytest.mark.slow
def test_a_busy_machine_is_tried_once_more_and_is_then_the_machines_fault(starve) -> None:
    bench, _ = starve()
    began = time.monotonic()

    with pytest.raises(GraderFault) as fault:
        bench.grade(COMPUTE)

    took = time.monotonic() - began
    assert "too busy" in fault.value.message
    assert "no attempt of yours" in fault.value.next_step
    assert fault.value.exit_code == 5
    assert 2 * WALL_SECONDS <= took < 2 * WALL_SECONDS + 5


def test_a_machine_that_is_busy_once_costs_only_time(starve) -> None:
    bench, stop = starve()
    threading.Timer(WALL_SECONDS + 0.3, stop).start()
    began = time.monotonic()

    verdict = bench.grade(COMPUTE)

    assert verdict.passed, verdict.message
    assert time.monotonic() - began > WALL_SECONDS


def test_sleeping_on_a_busy_machine_is_still_the_learners_timeout(starve) -> None:
    bench, _ = starve()
    began = time.monotonic()

    verdict = bench.grade("import time\ndef halve(x):\n    time.sleep(100)\ndef double(x):\n    return x\n")

    assert verdict.verdict == "timeout"
    assert time.monotonic() - began < 2 * WALL_SECONDS


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("time.sleep(100)", 3),
        ("threading.Lock().acquire()\n    threading.Event().wait()", 4),
        ("os.read(os.pipe()[0], 1)", 3),
    ],
    ids=["asleep", "waiting", "blocked"],
)
def test_waiting_is_a_timeout_at_once_that_shows_limit_figures_and_line(
    bench: Bench, body: str, line: int
) -> None:
    began = time.monotonic()

    verdict = bench.grade(
        f"import os, threading, time\ndef halve(x):\n    {body}\ndef double(x):\n    return x\n"
    )

    assert verdict.verdict == "timeout"
    assert time.monotonic() - began < WALL_SECONDS + 2
    assert (
        f"the limit of {WALL_SECONDS} seconds of wall time in `halve`, at line {line} of your file"
        in verdict.message
    )
    figures = FIGURES.search(verdict.message)
    assert figures is not None
    assert WALL_SECONDS <= float(figures[1]) < WALL_SECONDS + 1
    assert float(figures[2]) < 1
    assert "It was waiting, not computing." in verdict.message
    assert verdict.usage.cpu_seconds is not None


def test_computing_too_long_is_a_timeout_of_cpu_seconds_with_its_line(bench: Bench) -> None:
    source = "def helper():\n    while True:\n        pass\ndef halve(x):\n    helper()\ndef double(x):\n    return x\n"
    try:
        verdict = bench.grade(source)
    except GraderFault as fault:  # a busy machine may not even give it one second in three
        pytest.skip(f"this machine is too busy: {fault.message}")

    assert verdict.verdict == "timeout"
    assert "`halve`, at line" in verdict.message
    assert re.search(r"at line [23] of your file", verdict.message)
    assert "0.5 CPU seconds" in verdict.message or "wall time" in verdict.message
    figures = FIGURES.search(verdict.message)
    assert figures is not None
    assert float(figures[1]) <= WALL_SECONDS + 1


def test_the_check_that_was_under_way_has_the_error_and_later_ones_say_that_they_did_not_run(
    bench: Bench,
) -> None:
    verdict = bench.grade(
        "import time\ndef halve(x):\n    return x / 2\ndef double(x):\n    time.sleep(100)\n"
    )

    assert [check.outcome for check in verdict.checks] == ["passed", "error", "skipped", "skipped"]
    assert "in `double`, at line 5" in verdict.checks[1].message
    assert verdict.exit_code == 4
