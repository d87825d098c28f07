"""Kills a class run at random moments, again and again, and looks whether anything was lost.

    python benchmarks/class_kills.py [--kills N] [--files N] [--engine local|ray] [--exercise ID]

After each kill -9 every grading that the journal held before must be there unchanged: none lost, none done twice.
In the end the gradebook must equal that of a run with the same secret that nobody disturbed, but for times.
Used by ``tests/classroom/test_grade_command.py`` too.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tutor.classroom.journal import Journal  # noqa: E402


@dataclass(frozen=True)
class Soaked:
    """What came of it: gradings kept at each kill, and both gradebooks without their times."""

    kept: tuple[int, ...]
    killed: list[dict[str, str]]
    calm: list[dict[str, str]]


def soak(
    folder: Path,
    place: Path,
    kills: int,
    longest: float,
    options: Sequence[str],
    environment: Mapping[str, str],
) -> Soaked:
    """Kills ``tutor grade`` at ``kills`` moments of its start (up to ``longest`` seconds) and of its gradings, lets
    it end then, and another that nobody disturbs.

    Raises:
        AssertionError: a grading was lost, or done twice, or a run failed.
    """
    journals = {name: place / f"{name}.journal" for name in ("killed", "calm")}
    Journal(journals["killed"]).close()
    shutil.copy(journals["killed"], journals["calm"])  # the same secret, so the same seeds

    def command(name: str) -> list[str]:
        out = ["--out", str(place / f"{name}.csv"), "--journal", str(journals[name])]
        return [sys.executable, "-m", "tutor", "grade", str(folder), *out, *options]

    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    known: Mapping[str, str] = {}
    kept = []
    for _ in range(kills):
        process = subprocess.Popen(command("killed"), env=dict(environment), **silent)
        _wait_for_a_moment(process, journals["killed"], longest)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = gradings(journals["killed"])
        assert known.items() <= now.items(), "a grading was lost or done twice"
        known = now
        kept.append(len(now))
    for name in journals:
        done = subprocess.run(command(name), env=dict(environment), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
    assert known.items() <= gradings(journals["killed"]).items(), "a grading was lost or done twice"
    return Soaked(tuple(kept), *(without_times(place / f"{name}.csv") for name in ("killed", "calm")))


def _wait_for_a_moment(process: subprocess.Popen[bytes], journal: Path, longest: float) -> None:
    """Any moment of the start; or, three times in four, one shortly after the journal was written to, so that a slow
    start does not leave the gradings themselves undisturbed."""
    writes = random.randint(0, 3)
    if not writes:
        time.sleep(random.uniform(0.3, longest))
        return
    log = journal.with_name(f"{journal.name}-wal")
    deadline, last = time.monotonic() + 120, _changed(log)
    while writes and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
        now = _changed(log)
        writes -= now != last
        last = now
    time.sleep(random.uniform(0, 0.3))


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def gradings(journal: Path) -> Mapping[str, str]:
    """Each grading's verdict with its times, as the journal holds it now."""
    with closing(sqlite3.connect(journal)) as connection:
        return dict(connection.execute("SELECT sha256, verdict FROM gradings"))


def without_times(book: Path) -> list[dict[str, str]]:
    """A gradebook's rows with their seconds taken out."""
    with book.open(encoding="utf-8", newline="") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file)]


def main() -> None:
    from synthetic_class import write_class

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument(
        "--longest", type=float, default=4.0, help="seconds after which a run is killed at the latest"
    )
    parser.add_argument("--engine", default="local")
    parser.add_argument("--exercise", default="per-row-scales")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        write_class(place / "class", options.files, [options.exercise], odd=True)
        words = ["--device", "cpu", "--engine", options.engine]
        environment = {**os.environ, "TUTOR_HOME": str(place / "home")}
        began = time.monotonic()
        done = soak(place / "class", place, options.kills, options.longest, words, environment)
        print(f"{options.kills} kills of {options.files} submissions in {time.monotonic() - began:.0f} s")
        print(f"gradings kept after each: {done.kept}")
        different = [pair for pair in zip(done.killed, done.calm, strict=True) if pair[0] != pair[1]]
        print(f"rows that differ from those of an undisturbed run: {len(different)} of {len(done.calm)}")
        for killed, calm in different[:5]:
            print(f"  {killed}\n  {calm}")
        sys.exit(bool(different))


if __name__ == "__main__":
    main()
