"""From save to verdict, beside plain pytest, the bare tensor work, and other graders: DESIGN's targets in a table.

    python benchmarks/verdict.py [--rounds N] [--cores N] [--exercise ID] [--with-others] [--no-memory]

Everything runs on the same cores, over the same six checks on the same seed, in turn within one run, so that
ratios hold where seconds do not. Between gradings the grader has time to get its spare processes ready, as it
has between two saves.

save to verdict   from the call of the grader to its verdict, with every layer of confinement that there is
fresh pytest      a new ``python -m pytest`` over the checks, without plugins that it finds by itself
bare work         the check functions in a warm process, called directly, same threads and same heap settings
check50 …         other graders, in an environment of their own (made on first use; needs a package index)
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from side_by_side import table  # noqa: E402

from tutor.compute.memory import proportional_bytes_of  # noqa: E402
from tutor.compute.process import tree  # noqa: E402
from tutor.course import LoadedExercise, load_content  # noqa: E402
from tutor.grading import Grader, Verdict, read_submission  # noqa: E402
from tutor.paths import ContentRoot, content_root  # noqa: E402
from tutor.sandbox.forkserver import clean_environment  # noqa: E402

COURSE = ROOT / "benchmarks/course"
OTHERS = ROOT / "benchmarks/others"
SIDES = {"rows-1024": 1024, "rows-4096": 4096}
TARGETS = {"rows-1024": (50.0, None), "rows-4096": (9.0, 1.3)}  # × faster than pytest, × the bare work
SEED = 1
OURS, PYTEST, BARE = "save to verdict", "fresh pytest", "bare work"

Timed = Callable[[], float]


class Saves:
    """A grader that is told of saves, with a rest after each."""

    def __init__(
        self, exercise: LoadedExercise, root: ContentRoot, solution: Path, rest: float, device: str = "cpu"
    ) -> None:
        self.exercise, self.solution, self.rest, self.device = exercise, solution, rest, device
        self.runner = asyncio.Runner()
        self.grader = Grader(root, keep_warm=True, new_seed=lambda: SEED)
        self.verdict: Verdict | None = None
        self.runner.run(self.grader.warm_up(exercise, device=device))
        self.settle()

    def save(self) -> float:
        """Seconds from here to the verdict."""
        began = time.perf_counter()
        grading = self.grader.grade(self.exercise, read_submission(self.solution), device=self.device)
        self.verdict = self.runner.run(grading)
        seconds = time.perf_counter() - began
        if not self.verdict.passed:
            raise SystemExit(f"the solution did not pass: {self.verdict.message}")
        self.settle()
        return seconds

    def settle(self) -> None:
        """Time that passes before the next save."""
        self.runner.run(asyncio.sleep(self.rest))

    def close(self) -> None:
        self.runner.run(self.grader.close())
        self.runner.close()


def timed(
    command: list[str | Path], environment: dict[str, str], folder: Path, *, says: str = "", times: int = 1
) -> Timed:
    """Runs a program in ``folder``; it must end with 0 and, where given, say something so many times."""

    def run() -> float:
        began = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        if done.returncode or (says and done.stdout.count(says) != times):
            raise SystemExit(f"{command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return seconds

    return run


@contextmanager
def bare_work(solution: Path, side: int, threads: int) -> Iterator[Timed]:
    """The check functions in a process that stays."""
    command = [sys.executable, str(ROOT / "benchmarks/bare_work.py"), str(solution)]
    command += [str(side), str(threads), str(SEED)]
    with subprocess.Popen(
        command, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, answers = process.stdin, process.stdout

        def ask() -> float:
            to.write("again\n")
            to.flush()
            return float(answers.readline())

        yield ask
        to.close()


def other_graders(side: int, solution: Path, folder: Path) -> dict[str, Timed]:
    """check50, otter-grader and pytest with a JSON report, each as a program of its own environment."""
    from others.environment import python

    interpreter = python()
    binaries = interpreter.parent
    (folder / "solution.py").write_bytes(solution.read_bytes())
    environment = {
        **os.environ,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "SIZE": str(side),
        "SEED": str(SEED),
        "PLAIN": str(OTHERS),
    }
    json_report = ["--json-report", "--json-report-file=report.json", "-p", "pytest_jsonreport.plugin"]
    return {
        "check50": timed(
            [
                binaries / "check50",
                *["--dev", "--no-install-dependencies", "-o", "json", "--"],
                str(OTHERS / "check50"),
            ],
            environment,
            folder,
            says='"passed": true',
            times=6,
        ),
        "otter-grader": timed(
            [binaries / "otter", "check", "-t", str(OTHERS / "otter"), "-q", "rows", "solution.py"],
            environment,
            folder,
            says="All tests passed!",
        ),
        "pytest with JSON": timed(
            pytest_command(interpreter, side, *json_report),
            pytest_environment(folder / "solution.py"),
            folder,
        ),
    }


def pytest_command(interpreter: str | Path, side: int, *options: str) -> list[str | Path]:
    checks = COURSE / f"graders/rows-{side}/test_rows_{side}.py"
    alone = ["-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "benchmarks.plain_pytest"]
    return [interpreter, "-m", "pytest", *alone, *options, checks]


def pytest_environment(solution: Path, device: str = "cpu") -> dict[str, str]:
    paths = os.pathsep.join(map(str, (ROOT, COURSE / "graders")))
    mine = {
        "SOLUTION": str(solution),
        "SEED": str(SEED),
        "DEVICE": device,
        "PYTHONPATH": paths,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return {**os.environ, **mine}


def measure(exercise_id: str, options: argparse.Namespace, folder: Path) -> None:
    """Prints the table of one exercise."""
    root = ContentRoot(COURSE)
    exercise = load_content(root).exercise(exercise_id)
    side, threads = SIDES[exercise_id], exercise.info.limits.threads
    saves = Saves(exercise, root, exercise.reference, options.rest)
    with bare_work(exercise.reference, side, threads) as bare:
        actions: dict[str, Timed] = {
            OURS: saves.save,
            PYTEST: timed(
                pytest_command(sys.executable, side), pytest_environment(exercise.reference), folder
            ),
            BARE: bare,
        }
        if options.with_others:
            actions |= other_graders(side, exercise.reference, folder)
        seconds: dict[str, list[float]] = {name: [] for name in actions}
        for number in range(options.rounds + 1):
            for name, action in actions.items():
                took = action()
                if number:
                    seconds[name].append(took)
    print(f"\n{exercise_id}: six checks, ten calls, {side} × {side}, {_count(threads, 'thread')}\n")
    print(table(seconds, OURS))
    print()
    faster, over = TARGETS[exercise_id]
    against = _ratio(seconds[PYTEST], seconds[OURS])
    print(f"{against:6.1f} × faster than a fresh pytest (target: at least {faster:g})")
    work = _ratio(seconds[OURS], seconds[BARE])
    print(f"{work:6.2f} × the bare work" + (f" (target: at most {over:g})" if over else ""))
    assert saves.verdict is not None
    layers = ", ".join(f"{name}: {state}" for name, state in saves.verdict.protections.items())
    print(f"confinement: {layers}")
    saves.close()


def measure_memory(rest: float) -> None:
    """Prints the idle memory of zygotes and of a spare team: for a small exercise, for one that has a call's memory
    measured, and for the benchmark's."""
    print("\nidle memory (PSS: shared pages by their share)\n")
    small = content_root()
    for root, name in (
        (small, "perplexity"),
        (small, "per-row-scales"),
        (ContentRoot(COURSE), "rows-1024"),
        (ContentRoot(COURSE), "rows-4096"),
    ):
        exercise = load_content(root).exercise(name)
        runner = asyncio.Runner()
        plain = Grader(root)
        runner.run(plain.warm_up(exercise))
        runner.run(asyncio.sleep(rest))
        idle = _held_by(plain)
        runner.run(plain.close())
        runner.close()
        saves = Saves(exercise, root, exercise.reference, rest)
        saves.save()
        total = _held_by(saves.grader)
        saves.close()
        print(
            f"{name:15} zygotes, with their stem and the checks {_mb(idle)} MB (target: at most 400); "
            f"a spare team {_mb(total - idle)} MB more"
            + (" (target: at most 20)" if name == "perplexity" else "")
        )


def _held_by(grader: Grader) -> int:
    return proportional_bytes_of(tree(grader.stem.started().process.pid)) or 0


def _ratio(mine: list[float], other: list[float]) -> float:
    return statistics.median(one / two for one, two in zip(mine, other, strict=True))


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15, help="rounds that count; one before does not")
    parser.add_argument("--cores", type=int, default=2, help="cores that everything is pinned to")
    parser.add_argument("--exercise", action="append", choices=list(SIDES), help="one of the two only")
    parser.add_argument("--rest", type=float, default=1.5, help="seconds between a verdict and the next save")
    parser.add_argument(
        "--with-others", action="store_true", help="check50, otter-grader, pytest with JSON too"
    )
    parser.add_argument("--no-memory", action="store_true", help="leave the idle memory out")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    os.sched_setaffinity(0, cores)
    print(
        f"pinned to {_count(len(cores), 'core')} ({cores}), load {os.getloadavg()[0]:.1f}, {options.rounds} rounds"
    )
    with tempfile.TemporaryDirectory() as folder:
        for exercise_id in options.exercise or SIDES:
            measure(exercise_id, options, Path(folder))
    if not options.no_memory:
        measure_memory(options.rest)


if __name__ == "__main__":
    main()
