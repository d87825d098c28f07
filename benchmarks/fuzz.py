"""Throws generated input at the five borders: course files, quiz answers, frames, imports, command lines.

    nice python benchmarks/fuzz.py [--examples N] [--seed N] [--only BORDER]

Of each border 10,000 examples. None may end in anything but a result or a named problem, take longer than 2 s, or write
outside its place (such a write is refused before it happens). Exits 1 where one did. The tests run the same, shorter.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.fuzz.borders import BORDERS, survey  # noqa: E402
from tests.fuzz.ground import Tally  # noqa: E402

COLUMNS = ("examples", "slowest", "over 2 s", "raised", "outside")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--examples", type=int, default=10_000, help="of each border")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--only", choices=list(BORDERS), action="append")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # hypothesis on how large its own strategies print
    print(f"seed {options.seed}, load {os.getloadavg()[0]:.1f}")
    found: list[Tally] = []
    print(f"{'border':10}{'case':28}" + "".join(f"{column:>9}" for column in COLUMNS))
    for border in options.only or BORDERS:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            ground = Path(folder) / "ground"
            tallies = survey(border, ground, options.examples, options.seed, partial(tell, border))
        tell(border, whole(tallies))
        found += tallies
    for tally in found:
        for failure, example in tally.failures.items():
            print(f"✗ {tally.name}: {failure}\n    {example[:600]}")
    return 1 if any(tally.failures for tally in found) else 0


def tell(border: str, tally: Tally) -> None:
    """One row of the table."""
    told = (f"{tally.examples:,}", f"{tally.slowest:.2f} s", tally.hangs, tally.raised, tally.written)
    print(f"{border:10}{tally.name:28}" + "".join(f"{figure:>9}" for figure in told), flush=True)


def whole(tallies: list[Tally]) -> Tally:
    """All cases of a border as one."""
    of = Tally("all")
    for tally in tallies:
        for name in ("examples", "hangs", "raised", "written"):
            setattr(of, name, getattr(of, name) + getattr(tally, name))
        of.slowest = max(of.slowest, tally.slowest)
    return of


if __name__ == "__main__":
    sys.exit(main())
