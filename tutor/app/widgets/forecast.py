"""How many questions come back on each of the days to come, as small bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

if TYPE_CHECKING:
    from tutor.progress.spreading import Day

LEVELS = " ▁▂▃▄▅▆▇█"
CELLS = 4
"""What one day takes: three cells and a space."""
WEEK = 7


def forecast_bars(days: Sequence[Day], width: int, stacked: bool) -> Content:
    """One column a day in three lines: the number, its bar, the day of the week; today first.

    ``stacked`` puts the second week below the first, where there are lines enough; else the days
    stand side by side, as many as ``width`` cells hold.
    """
    most = max((len(day.share) for day in days), default=0)
    fitting = max(1, width // CELLS)
    if not stacked:
        return _block(days[:fitting], most)
    weeks = [days[start : start + min(WEEK, fitting)] for start in range(0, len(days), WEEK)]
    return Content("\n").join([Content(), *(_block(week, most) + Content("\n") for week in weeks)])


def _block(days: Sequence[Day], most: int) -> Content:
    counts = [len(day.share) for day in days]
    numbers = "".join(f"{count or '·':>3} " for count in counts)
    bars = "".join(f"{_level(count, most) * 2:>3} " for count in counts)
    names = "".join(f"{day.date:%a}"[:2].rjust(3) + " " for day in days)
    return Content("\n").join(
        [Content.styled(numbers, "bold"), Content.styled(bars, "$accent"), Content.styled(names, "$quiet")]
    )


def _level(count: int, most: int) -> str:
    """A block as high as the count: any count above zero is seen."""
    if not count:
        return LEVELS[0]
    return LEVELS[max(1, round((len(LEVELS) - 1) * count / most))]
