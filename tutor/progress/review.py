"""When something comes back: spaced repetition by FSRS.

One memory for each quiz item, and one for each exercise. FSRS (Ye et al. 2022, the ``fsrs``
library, default parameters, 90 % retention) keeps a memory's stability, in days, and its difficulty.

Days only: the scheduler's learning steps of one and ten minutes are switched off. They exist for
flash cards drilled in one sitting; here the explanation of a missed item has just been read, so
asking again within minutes would test that reading and not the memory. The least interval is one
day. Fuzz is off too: two machines that merge their events must come to the same dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tutor.progress.states import ItemState
    from tutor.progress.store import Store

Rating = Literal["again", "hard", "good", "easy"]

# A day of study is a local calendar day that ends at four in the morning, not at midnight: what was
# missed late in the evening must not come back an hour later, and what is due this evening may be
# reviewed this morning.
DAY_BEGINS = time(4)


@dataclass(frozen=True)
class Memory:
    """How well something is remembered. ``stability`` in days; times are UTC."""

    stability: float
    difficulty: float
    reviewed: datetime
    due: datetime


@dataclass(frozen=True)
class DueItem:
    """A quiz item to ask again. ``risk`` orders them, see ``at_risk``."""

    lesson: str
    item: str
    due: datetime
    risk: float = 0.0


def rating(points: float, of: float) -> Rating:
    """Full points are a recall, some points a hard one, none a lapse."""
    if points >= of:
        return "good"
    return "hard" if points > 0 else "again"


def after_review(memory: Memory | None, at: datetime, rated: Rating) -> Memory:
    """The memory after a review at ``at``; ``memory`` is ``None`` for the first one."""
    from fsrs import Card, State
    from fsrs import Rating as Grade

    grade = {"again": Grade.Again, "hard": Grade.Hard, "good": Grade.Good, "easy": Grade.Easy}[rated]
    at = at.astimezone(UTC)
    card = Card(card_id=0, due=at)  # a given id: the library sleeps a millisecond to make one
    if memory is not None:
        card = Card(0, State.Review, None, memory.stability, memory.difficulty, memory.due, memory.reviewed)
    card, _ = _scheduler().review_card(card, grade, at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Memory(card.stability, card.difficulty, at, card.due)


def at_risk(memory: Memory, moment: datetime) -> float:
    """How near a memory is to being lost: days since the last review, over its stability in days.

    FSRS's retrievability, (1 + f · t / S) ** d with f > 0 > d, depends on this ratio alone and falls as
    it grows: the largest ratio is the lowest retrievability. So no scheduler is loaded to compare two.
    """
    return max(timedelta(0), moment - memory.reviewed) / timedelta(days=1) / memory.stability


def day_of(moment: datetime) -> date:
    """The day of study that ``moment`` lies in, by its local date."""
    here = moment.astimezone().replace(tzinfo=None)
    return (here - timedelta(hours=DAY_BEGINS.hour)).date()


def beginning_of(day: date) -> datetime:
    """When a day of study begins on this machine's clock, as UTC; a change to summer time is heeded."""
    return datetime.combine(day, DAY_BEGINS).astimezone(UTC)


def is_due(due: datetime, now: datetime) -> bool:
    """Whether something due at ``due`` belongs to the day of study that ``now`` lies in, or to one before."""
    return due < beginning_of(day_of(now) + timedelta(days=1))


def due_items(store: Store, now: datetime | None = None) -> list[DueItem]:
    """All quiz items to ask again, the most at risk first; ``spreading`` says which of them today.

    An item that has left the course is still listed; ``standing`` drops it.
    """
    return due_among(store.item_states(), now or store.now())


def due_among(states: Mapping[tuple[str, str], ItemState], now: datetime) -> list[DueItem]:
    """The items of ``states`` (by lesson and item) that are due, the most at risk at the day's end first."""
    end = beginning_of(day_of(now) + timedelta(days=1))
    due = [
        DueItem(lesson, item, state.memory.due, at_risk(state.memory, end))
        for (lesson, item), state in states.items()
        if state.memory is not None and state.memory.due < end
    ]
    return sorted(due, key=lambda one: (-one.risk, one.due, one.lesson, one.item))


@lru_cache(maxsize=1)
def _scheduler() -> Any:
    from fsrs import Scheduler

    return Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
