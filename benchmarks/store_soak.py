"""Kills learners at random moments, again and again, and looks whether anything that they did was lost.

    python benchmarks/store_soak.py [--kills N] [--seed S] [--home DIR]

Each round starts one or two of ``store_writer.py`` on one home, with clocks that may be years apart, and kills them
by kill -9: while they start, open, migrate and back up, or while they write. After each kill: all that was
acknowledged is there, once; SQLite finds no damage; the summaries are what the records come to; the learner's file
is a whole version, and none that was replaced is gone; the next start needs no repair.
Used by ``tests/progress/test_kills.py`` too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.store_writer import COURSE, number_of  # noqa: E402
from tutor.course import load_content  # noqa: E402
from tutor.paths import ContentRoot  # noqa: E402
from tutor.progress import Store, summary, workspace  # noqa: E402
from tutor.progress.schema import LOGS  # noqa: E402

EXERCISES = ("absmax-int8", "per-row-scales")
YEAR = 365
DAYS = (0, 0, 0, 1, 2, 40, 10 * YEAR, -20 * YEAR, 70 * YEAR)
WRITER = Path(__file__).with_name("store_writer.py")


@dataclass
class Promised:
    """What was acknowledged to the learner, of one exercise or, the ids, of all."""

    ids: set[str] = field(default_factory=set)
    note: dict[str, int] = field(default_factory=dict)
    saved: dict[str, int] = field(default_factory=dict)
    kept: dict[str, set[int]] = field(default_factory=dict)

    def take(self, exercise: str, lines: Iterable[bytes]) -> None:
        for line in lines:
            done = json.loads(line)
            self.ids.update(done.get("ids", ()))
            if "note" in done:
                self.note[exercise] = done["note"]
            if "saved" in done:
                self.saved[exercise] = done["saved"]
            if "reset" in done:
                self.kept.setdefault(exercise, set()).add(done["reset"])


@dataclass(frozen=True)
class Soaked:
    """What a soak came to; ``opening_s`` are the seconds of each start after a kill."""

    kills: int
    while_starting: int
    pairs: int
    records: int
    versions_kept: int
    opening_s: tuple[float, ...]


def soak(home: Path, kills: int, seed: str) -> Soaked:
    """Kill at ``kills`` moments. Raises AssertionError: something was lost, or torn."""
    dice, promised = random.Random(seed), Promised()
    done = starting = pairs = 0
    opening = []
    while done < kills:
        both = dice.random() < 0.4
        chosen = EXERCISES if both else (dice.choice(EXERCISES),)
        pairs += both
        writers = {one: _start(home, one, f"{seed} {done}", dice.choice(DAYS)) for one in chosen}
        try:
            for exercise in dice.sample(chosen, len(chosen)):
                starting += _kill_at_some_moment(writers[exercise], exercise, promised, dice)
                done += 1
                opening.append(check(home, promised))  # the other one, if there is one, goes on writing
        finally:
            for writer in writers.values():
                writer.kill()
    check(home, promised)
    versions = sum(len(numbers) for numbers in promised.kept.values())
    return Soaked(done, starting, pairs, len(promised.ids), versions, tuple(opening))


def _start(home: Path, exercise: str, seed: str, days: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(WRITER), str(home), exercise, seed, str(days)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)


def _kill_at_some_moment(
    writer: subprocess.Popen[bytes], exercise: str, promised: Promised, dice: random.Random
) -> bool:
    """Kill it and take down what it promised. True: it was killed before it had done anything."""
    assert writer.stdout is not None
    read = b""
    if dice.random() < 0.3:
        time.sleep(dice.uniform(0, 0.6))
    else:
        for _ in range(dice.randrange(1, 20)):
            read += writer.stdout.readline()
        time.sleep(dice.uniform(0, 0.02))
    assert writer.poll() is None, "a writer ended by itself"
    writer.send_signal(signal.SIGKILL)
    read += writer.communicate()[0]
    whole = read.rpartition(b"\n")[0].splitlines()  # the kill may have cut the last line
    promised.take(exercise, whole)
    return not whole


def check(home: Path, promised: Promised) -> float:
    """Look whether everything promised is there. Returns how long the tutor took to open it, in seconds."""
    began = time.perf_counter()
    with Store.open(home, "tiny") as store:
        took = time.perf_counter() - began
        assert store.notices == (), store.notices
        _check_database(store.database.path, promised)
        content = load_content(ContentRoot(COURSE), index=home / "index")
        for id in EXERCISES:
            draft = store.bookmark(f"draft:{id}") or 0
            assert draft >= promised.note.get(id, 0), "a draft was lost"
            _check_files(workspace.solution_path(store, content.exercise(id)), home, id, promised)
    return took


def _check_database(path: Path, promised: Promised) -> None:
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(":memory:")) as copy:
        live.backup(copy)
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        held = Counter(id for table in LOGS for (id,) in copy.execute(f"SELECT uuid FROM {table}"))
        assert not promised.ids - set(held), "a record was lost"
        assert set(held.values()) <= {1}, "a record is there twice"
        kept = _summaries(copy)
        summary.rebuild(copy)
        assert _summaries(copy) == kept, "the summaries are not what the records come to"


def _summaries(sql: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    tables = ("exercise_standing", "item_standing", "event_standing")
    return [sorted(sql.execute(f"SELECT * FROM {table}")) for table in tables]


def _check_files(path: Path, home: Path, exercise: str, promised: Promised) -> None:
    name = workspace.file_name(exercise)
    kept = {number_of(one.path.read_bytes()) for one in workspace.backups(home) if one.file_name == name}
    assert promised.kept.get(exercise, set()) <= kept, "a version that was replaced is gone"
    there = {number_of(path.read_bytes())} if path.exists() else set()
    newest = max((number for number in there | kept if number is not None), default=0)
    assert newest >= promised.saved.get(exercise, 0), "the file that was saved last is gone or torn"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", default=str(random.randrange(10**9)))
    parser.add_argument("--home", type=Path, help="an empty folder; else one in the system's folder for such")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        done = soak(options.home or Path(folder), options.kills, options.seed)
        took = time.monotonic() - began
    slowest = max(done.opening_s)
    print(
        f"seed {options.seed}: {done.kills} kills in {took:.0f} s, {done.pairs} rounds of two writers at once"
    )
    print(f"killed while starting: {done.while_starting}; while writing: {done.kills - done.while_starting}")
    print(
        f"records acknowledged: {done.records}, lost: 0; versions of files that were replaced: {done.versions_kept}"
    )
    print(f"slowest start after a kill: {slowest:.2f} s; repairs needed: 0")


if __name__ == "__main__":
    main()
