"""Peak memory on the way, judged by what a weight may take: some float copies do, an axis too many does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ROOM = 64 * 2**20  # bytes beside, whatever the number of weights


def judge_peak(
    measure: Any,
    name: str,
    grown: int,
    weights: int,
    misconception: Callable[[], str | None] | None = None,
    *,
    each: int = 64,
    unit: str = "weight",
) -> None:
    """Judges the growth of a call's peak memory: at most ``each`` bytes for each weight, and 64 MB.

    Args:
        name: of the measurement.
        grown: bytes, as ``peak_memory`` tells them.
        weights: how many the call was given; ``unit`` is what they are called.
        misconception: which wrong idea takes as much, asked only on failure.
    """
    measure(
        name,
        grown,
        each * weights + ROOM,
        unit="bytes",
        expected=f"at most {each} bytes a {unit} and 64 MB",
        came=f"{grown / weights:.0f} bytes a {unit}",
        misconception=misconception,
    )
