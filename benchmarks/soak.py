"""Kills the grader's processes at random moments of real gradings, again and again, and looks for harm.

    python benchmarks/soak.py [--moments N] [--seed N]

One moment: a process is killed somewhere in a grading, then one more submission is graded. Every grading must
be answered within its time limit (twice, where tried again) plus 2 s, a fault of the grader must not count
against the learner, and the next grading must be right. Exits 1 where one was not.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import faults  # noqa: E402
from tutor.paths import ContentRoot  # noqa: E402

COURSE = ROOT / "tests/grading/course"
SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--moments", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    numbers = random.Random(options.seed)
    before = faults.Holdings.now()
    stand = faults.Stand(ContentRoot(COURSE), "halve", (COURSE / "graders/halve/reference.py").read_bytes())
    stand.grade()
    span = statistics.median(stand.grade().seconds for _ in range(5))
    print(f"{options.moments} moments, seed {options.seed}; a grading takes {span * 1e3:.0f} ms undisturbed")

    moments, found, most_descriptors = [], [], 0
    for number in range(options.moments):
        victim = faults.VICTIMS[number % len(faults.VICTIMS)]
        moment = faults.kill_at_random(stand, victim, numbers, span)
        moments.append(moment)
        found += faults.problems(moment, stand.limit_seconds)
        most_descriptors = max(most_descriptors, faults.descriptors())
    orphans = stand.orphans()
    stand.close()
    left = [f"process {pid}" for pid in stand.left_over()]
    left += before.grown_by(faults.Holdings.now())

    print(table(moments))
    print(f"orphans {len(orphans)} · left behind after the end: {', '.join(left) or 'nothing'}")
    print(f"descriptors {before.descriptors} before, {most_descriptors} at most")
    for problem in found[:SHOWN]:
        print("✗", problem[:300])
    print(f"{len(found)} problems in {len(moments)} moments")
    return 1 if found or orphans or left else 0


def table(moments: list[faults.Moment]) -> str:
    """One line a victim: how gradings ended, how long the slowest answer took."""
    lines = [f"{'killed':20} {'moments':>7} {'slowest':>9} {'next one':>9}  answers"]
    for victim in faults.VICTIMS:
        mine = [moment for moment in moments if moment.victim == victim]
        if not mine:
            continue
        answers = Counter(moment.answer.name for moment in mine)
        slowest = max(moment.answer.seconds for moment in mine)
        following = max(moment.following.seconds for moment in mine)
        told = ", ".join(f"{count} {name}" for name, count in answers.most_common())
        lines.append(f"{victim:20} {len(mine):7} {slowest:8.2f}s {following:8.2f}s  {told}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
