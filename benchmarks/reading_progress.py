"""Reading where the learner stands after a million attempts: summary tables against GROUP BY.

    python benchmarks/reading_progress.py [--attempts N]

Both read the same database in one run. Printed: milliseconds of the best of several reads, their ratio,
and what keeping the summaries and the daily backup cost each write.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tutor.progress import Store, summary

EXERCISES = 25
DOCUMENT = '{"verdict":"failed","checks":[{"outcome":"failed","misconception":"one-scale-for-all"}]}'


def rows(attempts: int, sha256: str) -> Iterator[tuple[str, str, str, str, str, str]]:
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    for number in range(attempts):
        at = (begin + timedelta(seconds=number)).isoformat(timespec="microseconds")
        verdict = "passed" if number % 10 == 9 else "failed"
        yield f"u{number}", at, f"exercise-{number % EXERCISES}", verdict, sha256, DOCUMENT


def best(action: Callable[[], object], times: int) -> float:
    """Milliseconds of the quickest of ``times`` calls."""
    spans = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        spans.append(time.perf_counter() - begin)
    return min(spans) * 1000


def main(attempts: int, home: Path) -> None:
    with Store.open(home, "benchmark") as store:
        store.set_bookmark("benchmark", 1)
        document = {"exercise": "exercise-0", "verdict": "failed", "device": "cpu", "checks": []}
        store.record_attempt(document, source=b"x = 1")
        (first,) = store.attempts("exercise-0")
        few = best(lambda: store.record_attempt(document, source=b"x = 2"), 20)
        store.database.write(
            lambda sql: sql.executemany(
                "INSERT INTO attempts (uuid, at, origin, course, content_version, grader_hash,"
                " engine_version, device, exercise, own, verdict, sha256, document)"
                " VALUES (?, ?, 'o', 'benchmark', '1', '', '', 'cpu', ?, 1, ?, ?, ?)",
                rows(attempts, first.sha256),
            )
        )
        folded = best(lambda: store.database.write(summary.rebuild), 1)
        grouped = best(
            lambda: store.database.read(
                lambda sql: sql.execute(
                    "SELECT exercise, count(*), min(CASE verdict WHEN 'passed' THEN at END), max(at)"
                    " FROM attempts WHERE course = 'benchmark' AND own GROUP BY exercise"
                ).fetchall()
            ),
            3,
        )
        summed = best(store.exercise_states, 20)
        many = best(lambda: store.record_attempt(document, source=b"x = 3"), 20)
        print(f"{attempts:,} attempts, {store.database.path.stat().st_size / 1e6:.0f} MB")
        print(f"GROUP BY            {grouped:10.2f} ms")
        print(f"summary tables      {summed:10.2f} ms    {grouped / summed:.0f} times as quick")
        print(f"one attempt written {few:10.2f} ms with few attempts, {many:.2f} ms with all")
        print(f"summaries anew      {folded:10.0f} ms")
    opened = best(lambda: Store.open(home, "benchmark").close(), 5)
    print(f"opening             {opened:10.2f} ms")
    (home / "backups").rename(home / "older-backups")
    with Store.open(home, "benchmark") as store:
        print(f"the day's backup    {best(lambda: store.set_bookmark('benchmark', 2), 1):10.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--attempts", type=int, default=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        main(parser.parse_args().attempts, Path(folder))
