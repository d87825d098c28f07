"""A cold ``tutor submit`` against plain pytest over the same checks and matrix sizes in one process.

    python benchmarks/cold_submit.py [--exercise ID] [--rounds N]

Target: at most 1.1 times plain pytest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from side_by_side import alternate, command, table

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--exercise", default="per-row-scales")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    grader = ROOT / "graders" / options.exercise
    reference = grader / "reference.py"
    checks = grader / f"test_{options.exercise.replace('-', '_')}.py"
    with tempfile.TemporaryDirectory() as home:
        seconds = alternate(
            {
                "pytest": command(
                    [sys.executable, "-m", "pytest", "-q", "-p", "benchmarks.plain_pytest", str(checks)],
                    {"SOLUTION": str(reference), "PYTHONPATH": str(ROOT)},
                ),
                "tutor submit": command(
                    [sys.executable, "-m", "tutor", "submit", options.exercise, str(reference)],
                    {"TUTOR_HOME": home},
                ),
            },
            options.rounds,
        )
    print(table(seconds, "pytest"))


if __name__ == "__main__":
    main()
