"""Grades every right and wrong solution again and again on fresh inputs, and counts the verdicts that flip.

    python benchmarks/flips.py [--gradings N] [--exercise ID]... [--only right|wrong] [--solution NAME]...
                               [--skip NAME]... [--until-named] [--seed N] [--content DIR]

A flip is a right solution that does not pass, or a wrong one that does. A wrong solution is misnamed where another
misconception than its own is told, beside it or instead. Beside these: how often one was rejected without any name.
With 200 gradings of each solution an exercise takes half an hour or so on two cores. ``--until-named`` halves that: a
grading ends with the first required check that fails and names an idea, which settles the verdict; what later checks
would have named is not heard. Exits 1 where a verdict flipped, a wrong solution was misnamed, or the grader failed.
"""

from __future__ import annotations

import argparse
import asyncio
import fnmatch
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tutor.course import LoadedExercise, load_content  # noqa: E402
from tutor.errors import GraderFault  # noqa: E402
from tutor.grading import Grader, Verdict  # noqa: E402
from tutor.paths import content_root  # noqa: E402
from tutor.proving.gradings import Gradings, named_failure  # noqa: E402

WAITING = 8  # gradings begun at any time; as many of them run as keep the cores busy
COLUMNS = ("right", "failed", "wrong", "passed", "unnamed", "misnamed", "faults")
FLIPS = ("failed", "passed")
FAILURES = (*FLIPS, "misnamed", "faults")


@dataclass
class Tally:
    """What came of one exercise's gradings; ``told`` are the ones that should not have come, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    nearest: float = 0.0

    def add(self, kind: str, path: Path, seed: int, outcome: Verdict | GraderFault) -> None:
        if isinstance(outcome, GraderFault):
            self._note("faults", path, seed, outcome.message)
            return
        self.counts[kind] += 1
        if kind == "right":
            if outcome.passed:
                self.nearest = max(self.nearest, _nearest(outcome))
            else:
                why = next((check.message for check in outcome.checks if check.outcome != "passed"), "")
                self._note("failed", path, seed, f"{outcome.verdict} {why}")
            return
        expected = path.stem.partition("--")[0]
        named = {check.misconception for check in outcome.checks if check.misconception}
        if outcome.passed:
            self._note("passed", path, seed, "")
        elif not named:
            self._note("unnamed", path, seed, outcome.message)
        elif named != {expected}:
            self._note("misnamed", path, seed, ", ".join(sorted(named)))

    def _note(self, name: str, path: Path, seed: int, why: str) -> None:
        self.counts[name] += 1
        self.told.append(f"{name}: {path.parent.name}/{path.stem}, seed {seed}: {why}"[:300])


def _nearest(verdict: Verdict) -> float:
    """The largest share of a limit; bytes are counted, and may be all of theirs."""
    measured = [m for check in verdict.checks for m in check.measurements if not m.unit.startswith("bytes")]
    return max((m.ratio for m in measured if m.ratio is not None), default=0.0)


def solutions(exercise: LoadedExercise, options: argparse.Namespace) -> list[tuple[str, Path]]:
    """The chosen files of an exercise with what they are, ``right`` or ``wrong``."""

    def matches(path: Path, names: list[str]) -> bool:
        return any(fnmatch.fnmatch(path.stem, name) for name in names)

    files = [("right", path) for path in (exercise.reference, *exercise.right)]
    files += [("wrong", path) for path in exercise.wrong]
    return [
        (kind, path)
        for kind, path in files
        if options.only in (None, kind)
        and (not options.solution or matches(path, options.solution))
        and not matches(path, options.skip)
    ]


async def grade_all(
    exercise: LoadedExercise, grader: Grader, options: argparse.Namespace, numbers: random.Random
) -> Tally:
    prover, tally = Gradings(grader, exercise, "cpu"), Tally()
    enough = named_failure if options.until_named else None
    chosen = solutions(exercise, options)
    jobs = iter(
        [(kind, path, numbers.randrange(1 << 32)) for _ in range(options.gradings) for kind, path in chosen]
    )

    async def take() -> None:
        for kind, path, seed in jobs:
            outcome = await prover.verdict(path.read_bytes(), path, seed, enough=enough)
            tally.add(kind, path, seed, outcome)

    await asyncio.gather(*(take() for _ in range(WAITING)))
    return tally


async def run(options: argparse.Namespace) -> int:
    root = content_root(options.content)
    content, numbers = load_content(root), random.Random(options.seed)
    chosen = [content.exercise(id) for id in options.exercise or [one.id for one in content.exercises]]
    print(f"{options.gradings} gradings of each solution, seed {options.seed}")
    print(f"{'':24}" + "".join(f"{name:>10}" for name in COLUMNS) + f"{'nearest':>10}", flush=True)
    totals: Counter[str] = Counter()
    async with Grader(root) as grader:
        for exercise in chosen:
            tally = await grade_all(exercise, grader, options, numbers)
            row = "".join(f"{tally.counts[name]:>10}" for name in COLUMNS)
            print(f"{exercise.id:24}{row}{tally.nearest:>10.3f}", flush=True)
            for line in tally.told:
                print("   ", line)
            totals += tally.counts
    print(f"{sum(totals[name] for name in FLIPS)} flips, {totals['misnamed']} misnamed, ", end="")
    print(f"{totals['faults']} faults of the grader")
    return 1 if any(totals[name] for name in FAILURES) else 0


def parser() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--gradings", type=int, default=200, help="of each solution")
    parser.add_argument(
        "--exercise", action="append", metavar="ID", help="one exercise only; may be repeated"
    )
    parser.add_argument("--only", choices=("right", "wrong"), help="one kind of solution only")
    parser.add_argument(
        "--solution",
        action="append",
        metavar="NAME",
        default=[],
        help="files of this name only; * and ? as in a shell",
    )
    parser.add_argument("--skip", action="append", metavar="NAME", default=[], help="no files of this name")
    parser.add_argument(
        "--until-named", action="store_true", help="end a grading with the first failure that names an idea"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats a run")
    parser.add_argument("--content", type=Path, help="the course; else the installed one")
    return parser


def main() -> int:
    return asyncio.run(run(parser().parse_args()))


if __name__ == "__main__":
    sys.exit(main())
