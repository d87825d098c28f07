"""How reviews are spread over days: no day asks more than a cap, and what exceeds it waits for the next.

Most at risk first: of all that is due on a day, the items that are most likely to be forgotten by its
end are asked, and the rest stay due. So a backlog after a holiday is worked off in equal shares. The
day's end, because the order then holds all day, however often it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tutor.progress.review import DueItem, at_risk, beginning_of, day_of

if TYPE_CHECKING:
    from tutor.progress.states import ItemState

DAILY_CAP = 20
FORECAST_DAYS = 14

States = Mapping[tuple[str, str], "ItemState"]


@dataclass(frozen=True)
class Day:
    """One day of study. ``due`` items come due on it, on the first day with all that was overdue.

    ``share`` is what the day asks, most at risk first; ``waiting`` items are left for the day after.
    """

    date: date
    due: int
    share: tuple[DueItem, ...]
    waiting: int


def spread(
    states: States, now: datetime, *, cap: int = DAILY_CAP, days: int = FORECAST_DAYS
) -> tuple[Day, ...]:
    """The next ``days``, today first, by the memories of quiz items (by lesson and item).

    Each day asks at most ``cap`` items; what was reviewed today counts. It is what is known now: an
    item that is asked comes back later by what will be answered, and that is not in the forecast.
    """
    today = day_of(now)
    ends = [beginning_of(today + timedelta(days=number + 1)) for number in range(days)]
    coming = {key: state.memory for key, state in states.items() if state.memory is not None}
    room = max(0, cap - reviewed_today(states, now))
    waiting: list[tuple[str, str]] = []
    spread_out: list[Day] = []
    for number, end in enumerate(ends):
        fresh = [key for key, memory in coming.items() if memory.due < end]
        pool = []
        for key in (*waiting, *fresh):
            memory = states[key].memory
            assert memory is not None
            pool.append(DueItem(*key, memory.due, at_risk(memory, end)))
        pool.sort(key=lambda one: (-one.risk, one.due, one.lesson, one.item))
        rest = pool[room:]
        spread_out.append(Day(today + timedelta(days=number), len(fresh), tuple(pool[:room]), len(rest)))
        for key in fresh:
            del coming[key]
        waiting = [(one.lesson, one.item) for one in rest]
        room = cap
    return tuple(spread_out)


def reviewed_today(states: States, now: datetime) -> int:
    """How many items were due today or before, and answered today."""
    today = day_of(now)
    begin, end = beginning_of(today), beginning_of(today + timedelta(days=1))
    return sum(
        state.memory is not None
        and begin <= state.memory.reviewed < end
        and state.was_due is not None
        and datetime.fromisoformat(state.was_due) < end
        for state in states.values()
    )
