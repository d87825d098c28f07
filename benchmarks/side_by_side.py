"""Times commands against each other: in turn, as whole processes, so that a busy machine slows all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping


def command(arguments: list[str], environment: Mapping[str, str] | None = None) -> Callable[[], None]:
    """An action that runs a command and raises when its exit status is not 0."""

    def run() -> None:
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(arguments, check=True, env={**os.environ, **(environment or {})}, **silent)

    return run


def alternate(actions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each action in each round, after one round that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def table(seconds: Mapping[str, list[float]], base: str) -> str:
    """Medians, spreads, and the median of the pairwise ratios to ``base``."""
    width = max(len(name) for name in seconds)
    lines = [f"{'':{width}}  {'median':>9}  {'fastest':>9}  {'slowest':>9}  {'ratio to ' + base:>20}"]
    for name, times in seconds.items():
        ratios = [mine / other for mine, other in zip(times, seconds[base], strict=True)]
        lines.append(
            f"{name:{width}}  {statistics.median(times):8.3f}s  {min(times):8.3f}s  {max(times):8.3f}s  "
            f"{statistics.median(ratios):>20.2f}"
        )
    return "\n".join(lines)
