"""The bare tensor work of an exercise's checks in a warm process: for each line that comes in, all of them once.

    python benchmarks/bare_work.py SOLUTION SIZE THREADS SEED

Answers each line on standard input by the seconds that it took. Started by ``verdict.py``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "others"))

import torch
from plain import CHECKS, load, run_check

from tutor.grading.session import JUDGE_COPIES
from tutor.sandbox.warm import touch_heap


def main() -> None:
    solution, size, threads, seed = load(sys.argv[1]), *map(int, sys.argv[2:5])
    torch.set_num_threads(threads)
    touch_heap(JUDGE_COPIES * 4 * size * size)  # as a spare judge does while it waits
    for _ in sys.stdin:
        began = time.perf_counter()
        for name in CHECKS:
            run_check(name, solution, seed, size)
        print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
