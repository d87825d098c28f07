"""A class's rate beside a loop of fresh pytest processes, both engines, memory of a worker, and cost against size.

    python benchmarks/classroom.py [--rounds N] [--each N] [--cores N] [--no-ray] [--only PART …]

rate      engines and pytest in turn within one run, on the same cores, over files of ``per-row-scales``
memory    what one more worker adds to the processes of a run (PSS: shared pages by their share)
flat      cost of a submission in classes of 10 to 2,000, of an exercise that takes no time itself
paper     what a submission costs beside its grading, in classes of 10 to 10,000: finding, journal, rows, report
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.cli.conftest import write_course  # noqa: E402
from tutor.classroom.archives import Archives  # noqa: E402
from tutor.classroom.engines import Engine, Wanted, engine  # noqa: E402
from tutor.classroom.finding import Found, find_submissions  # noqa: E402
from tutor.classroom.formats import render  # noqa: E402
from tutor.classroom.gradebook import Gradebook  # noqa: E402
from tutor.classroom.jobs import Job, Outcome  # noqa: E402
from tutor.classroom.journal import Journal  # noqa: E402
from tutor.classroom.running import ClassRun, Ran  # noqa: E402
from tutor.compute.memory import proportional_bytes_of  # noqa: E402
from tutor.compute.process import tree  # noqa: E402
from tutor.course import Content, load_content  # noqa: E402
from tutor.grading import Grader, from_bytes  # noqa: E402
from tutor.paths import ContentRoot, content_root  # noqa: E402

EXERCISE = "per-row-scales"
PARTS = ("rate", "memory", "flat", "paper")
DOUBLE = b"def double(x):\n    return 2 * x\n"


def write_files(folder: Path, exercise: str, sources: Sequence[bytes], numbers: range) -> Path:
    """Submissions that differ by a comment, so that each is graded."""
    for number in numbers:
        student = folder / f"s{number:05}"
        student.mkdir(parents=True)
        source = sources[number % len(sources)]
        (student / f"{exercise}.py").write_bytes(source + f"\n# {number}\n".encode())
    return folder


async def graded(content: Content, on: Engine, folder: Path, journal: Path) -> Ran:
    """One run on an engine that is open already."""
    found = find_submissions(folder, content, Archives())
    with Journal(journal) as open_journal:
        return await ClassRun(content, on, open_journal).run(found.submissions)


# --- rate ---


def pytest_loop(sources: Sequence[Path], seed: int) -> None:
    """The hidden checks by a new pytest for each file, one after the other, without a sandbox."""
    checks = ROOT / f"graders/{EXERCISE}/test_{EXERCISE.replace('-', '_')}.py"
    words = ["-q", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "benchmarks.plain_pytest", str(checks)]
    for source in sources:
        environment = {
            **os.environ,
            "SOLUTION": str(source),
            "SEED": str(seed),
            "PYTHONPATH": str(ROOT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words], env=environment, capture_output=True, check=False
        )
        assert done.returncode in (0, 1), done.stdout.decode()[-2000:]


def side_by_side(sources: Sequence[Path], count: int, cores: int, seed: int) -> None:
    """As many such loops as there are cores."""
    shares = [list(sources[at:count:cores]) for at in range(cores)]
    threads = [threading.Thread(target=pytest_loop, args=(share, seed)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


async def rate(options: argparse.Namespace, place: Path) -> None:
    content = load_content(content_root())
    exercise = content.exercise(EXERCISE)
    sources = [*exercise.right, *exercise.wrong]
    texts = [path.read_bytes() for path in sources]
    engines = ["local"] if options.no_ray else ["local", "ray"]
    seconds: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    starts: dict[str, float] = {}
    opened: dict[str, Any] = {}
    for name in engines:
        began = time.monotonic()
        opened[name] = engine(name, content.root, [exercise], Wanted(device="cpu", workers=options.cores))
        await opened[name].__aenter__()
        await graded(
            content,
            opened[name],
            write_files(place / f"warm {name}", EXERCISE, texts, range(2)),
            place / name,
        )
        starts[name] = time.monotonic() - began
    sample = max(4, options.each // 10)
    chance = [sources[at % len(sources)] for at in range(sample)]
    actions: dict[str, Callable[[int], Any]] = {
        "one loop of pytest": lambda n: asyncio.to_thread(pytest_loop, chance, n),
        f"{options.cores} loops of pytest": lambda n: asyncio.to_thread(
            side_by_side, chance, sample, options.cores, n
        ),
        **{
            name: (
                lambda n, name=name: graded(
                    content, opened[name], place / f"class {n}", place / f"{name} {n}"
                )
            )
            for name in engines
        },
    }
    for number in range(options.rounds):
        write_files(
            place / f"class {number}",
            EXERCISE,
            texts,
            range(number * options.each, (number + 1) * options.each),
        )
        for name, action in actions.items():
            began, cpu_before = time.monotonic(), cpu_seconds_below()
            await action(number)
            files = options.each if name in engines else sample
            seconds.setdefault(name, []).append((time.monotonic() - began) / files)
            await asyncio.sleep(0.5)  # until what ended is accounted for
            cpu.setdefault(name, []).append((cpu_seconds_below() - cpu_before) / files)
    for name in reversed(engines):
        await opened[name].__aexit__(None, None, None)
    total = options.rounds * options.each
    print(
        f"\n{EXERCISE}, {total} submissions an engine in {options.rounds} rounds, load {os.getloadavg()[0]:.1f}\n"
    )
    for name, each in seconds.items():
        spread = f"({min(each):.3f} to {max(each):.3f})"
        used = (
            "" if name == "ray" else f", {statistics.median(cpu[name]):.3f} s of a core"
        )  # its processes are not ours
        print(f"{name:22} {statistics.median(each):7.3f} s a submission {spread}{used}")
    for name, start in starts.items():
        print(f"{name:22} {start:7.1f} s until the first two were graded, once a run")
    print()
    loop = "one loop of pytest"
    faster = ratio(seconds[loop], seconds["local"])
    whole = (
        statistics.median(seconds[loop])
        * total
        / (statistics.median(seconds["local"]) * total + starts["local"])
    )
    print(
        f"{faster:6.2f} × the rate of one loop of fresh pytest processes (at least 8); {whole:.2f} with its start"
    )
    alone = options.cores * ratio(cpu[loop], cpu["local"])
    print(f"{alone:6.2f} × where nobody else uses the cores, by the cores' time that both took")
    beside = ratio(seconds[f"{options.cores} loops of pytest"], seconds["local"])
    print(f"{beside:6.2f} × the rate of {options.cores} such loops side by side")
    if not options.no_ray:
        local, on_ray = (statistics.median(seconds[name]) * total for name in ("local", "ray"))
        with_start = (local + starts["local"]) / (on_ray + starts["ray"])
        print(
            f"{ratio(seconds['local'], seconds['ray']):6.2f} × the local engine's rate on Ray (target: at least 0.8); "
            f"{with_start:.2f} with the start of both"
        )


def cpu_seconds_below() -> float:
    """Time that cores spent on this process, all below it, and all below them that have ended."""
    total = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])  # its own and its children's, of the user and of the system
    return total


def ratio(mine: Sequence[float], other: Sequence[float]) -> float:
    """The median of the ratios within each round."""
    return statistics.median(one / two for one, two in zip(mine, other, strict=True))


# --- memory ---


async def memory(options: argparse.Namespace, place: Path) -> None:
    content = load_content(content_root())
    exercise = content.exercise(EXERCISE)
    texts = [path.read_bytes() for path in exercise.right]
    print(f"\nmemory of a run of {EXERCISE} (PSS of this process and all below it)\n")
    peaks: dict[int, float] = {}
    for workers in (1, 2, 4):
        folder = write_files(place / f"memory {workers}", EXERCISE, texts, range(16))
        async with engine("local", content.root, [exercise], Wanted(device="cpu", workers=workers)) as on:
            running = asyncio.create_task(graded(content, on, folder, place / f"memory {workers}.journal"))
            seen = []
            while not running.done():
                await asyncio.sleep(0.05)
                seen.append(
                    await asyncio.to_thread(
                        lambda: proportional_bytes_of([os.getpid(), *tree(os.getpid())]) or 0
                    )
                )
            await running
        peaks[workers] = max(seen)
        print(f"{workers} at once: {max(seen) / 1e6:6.0f} MB at most")
    print(f"\none more worker: {(peaks[4] - peaks[1]) / 3e6:.0f} MB at most")


# --- cost against size ---


async def flat(options: argparse.Namespace, place: Path) -> None:
    root = ContentRoot(write_course(place / "course"))
    content = load_content(root)
    exercise = content.exercise("doubling")
    print(f"\na class of an exercise that takes no time itself, {options.cores} at once, the engine open\n")
    async with engine("local", root, [exercise], Wanted(device="cpu", workers=options.cores)) as on:
        await graded(
            content, on, write_files(place / "warm flat", "doubling", [DOUBLE], range(4)), place / "flat"
        )
        for size in (10, 100, 500, 2000):
            folder = write_files(place / f"flat {size}", "doubling", [DOUBLE], range(size))
            began = time.monotonic()
            await graded(content, on, folder, place / f"flat {size}.journal")
            print(f"{size:6} submissions: {1000 * (time.monotonic() - began) / size:7.1f} ms each")


class Answering:
    """An engine that has the answer already: a real verdict, told for every file."""

    name, workers, device = "answering", 2, "cpu"

    def __init__(self, verdict: dict[str, Any]) -> None:
        self._verdict = verdict

    async def __aenter__(self) -> Answering:
        return self

    async def __aexit__(self, *problem: object) -> None:
        return None

    async def grade(self, job: Job) -> Outcome:
        return Outcome(self._verdict)


async def paper(options: argparse.Namespace, place: Path) -> None:
    content = load_content(content_root())
    exercise = content.exercise(EXERCISE)
    async with Grader(content.root) as grader:
        verdict = (
            await grader.grade(exercise, from_bytes(exercise.wrong[0].read_bytes()), device="cpu", seed=1)
        ).to_json()
    sources = [path.read_bytes() for path in (*exercise.right, *exercise.wrong)]
    print(f"\nbeside the grading: ms a submission of {EXERCISE}\n")
    print(f"{'class':>8} {'finding':>9} {'journal':>9} {'CSV':>9} {'HTML':>9} {'journal':>12}")
    for size in (10, 100, 1000, 10_000):
        folder = write_files(place / f"paper {size}", EXERCISE, sources, range(size))
        took, path = [], place / f"paper {size}.journal"
        began = time.monotonic()
        found: tuple[Found, ...] = find_submissions(folder, content, Archives()).submissions
        took.append(time.monotonic() - began)
        with Journal(path) as journal:
            for action in ("run", "csv", "html"):
                began = time.monotonic()
                if action == "run":
                    book = Gradebook(
                        content,
                        journal,
                        (await ClassRun(content, Answering(verdict), journal).run(found)).rows,
                    )
                else:
                    render(book, action)
                took.append(time.monotonic() - began)
        kept = path.stat().st_size / size
        print(f"{size:8} " + " ".join(f"{1000 * one / size:9.2f}" for one in took) + f" {kept:8.0f} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--each", type=int, default=40, help="submissions an engine grades in a round")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--no-ray", action="store_true")
    parser.add_argument("--only", action="append", choices=PARTS)
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[: options.cores]
    os.sched_setaffinity(0, cores)
    options.cores = len(cores)
    print(f"pinned to {len(cores)} cores, load {os.getloadavg()[0]:.1f}")
    for part in options.only or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(
                {"rate": rate, "memory": memory, "flat": flat, "paper": paper}[part](options, Path(folder))
            )


if __name__ == "__main__":
    main()
