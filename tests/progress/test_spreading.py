"""Reviews are spread over days: nothing is lost, no day asks more than the cap, the most at risk come first."""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import pairwise

import pytest
from fsrs import Card, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.world import NOON
from tutor.progress.review import Memory, at_risk, beginning_of, day_of, is_due
from tutor.progress.spreading import DAILY_CAP, reviewed_today, spread
from tutor.progress.standing import forecast, standing
from tutor.progress.states import ItemState


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def remembered(stability: float, ago: float, due_in: float, was_due_in: float | None = None) -> ItemState:
    """An item of some stability that was answered ``ago`` days before noon and is due ``due_in`` days after."""
    at = NOON - timedelta(days=ago)
    was_due = None if was_due_in is None else (NOON + timedelta(days=was_due_in)).isoformat()
    memory = Memory(stability, 5.0, at, NOON + timedelta(days=due_in))
    return ItemState(answers=1, memory=memory, was_due=was_due)


MEMORIES = st.builds(
    remembered,
    st.floats(0.01, 400),
    st.floats(0, 90),
    st.floats(-60, 30),
    st.one_of(st.none(), st.floats(-30, 30)),
)
STATES = st.dictionaries(
    st.tuples(st.sampled_from(["bits", "scales"]), st.integers(0, 60).map(str)), MEMORIES, max_size=60
)


@given(states=STATES, cap=st.integers(1, 15), days=st.integers(1, 20))
def test_nothing_is_lost_and_nothing_is_asked_twice(states, cap, days):
    spread_out = spread(states, NOON, cap=cap, days=days)
    asked = [(one.lesson, one.item) for day in spread_out for one in day.share]
    end = beginning_of(spread_out[-1].date + timedelta(days=1))
    due = [key for key, state in states.items() if state.memory.due < end]
    assert len(asked) == len(set(asked))
    assert set(asked) <= set(due)
    assert len(asked) + spread_out[-1].waiting == len(due)
    assert sum(day.due for day in spread_out) == len(due)


@given(states=STATES, cap=st.integers(1, 15))
def test_no_day_asks_more_than_the_cap_or_less_than_it_could(states, cap):
    left = max(0, cap - reviewed_today(states, NOON))
    waiting = 0
    for day in spread(states, NOON, cap=cap):
        assert len(day.share) == min(left, waiting + day.due)
        waiting = waiting + day.due - len(day.share)
        assert day.waiting == waiting
        left = cap


@given(states=STATES, cap=st.integers(1, 15))
def test_each_day_asks_what_is_most_at_risk_and_only_what_is_due(states, cap):
    asked = set()
    for day in spread(states, NOON, cap=cap):
        end = beginning_of(day.date + timedelta(days=1))
        risks = [one.risk for one in day.share]
        assert risks == sorted(risks, reverse=True)
        assert all(one.due < end for one in day.share)
        asked |= {(one.lesson, one.item) for one in day.share}
        left = [s.memory for key, s in states.items() if key not in asked and s.memory.due < end]
        assert all(at_risk(memory, end) <= min(risks) for memory in left if risks)


@given(
    st.lists(
        st.tuples(st.floats(0.05, 400), st.integers(0, 300)), min_size=2, max_size=8, unique_by=lambda p: p[0]
    )
)
def test_the_order_of_risk_is_that_of_the_librarys_retrievability(pairs):
    scheduler = Scheduler()
    memories = [Memory(stability, 5.0, NOON - timedelta(days=ago), NOON) for stability, ago in pairs]

    def retrievability(memory):
        card = Card(0, State.Review, None, memory.stability, 5.0, memory.due, memory.reviewed)
        return scheduler.get_card_retrievability(card, NOON)

    ordered = sorted(memories, key=lambda memory: -at_risk(memory, NOON))
    assert [retrievability(one) for one in ordered] == sorted(retrievability(one) for one in memories)


def test_what_was_reviewed_today_counts_and_what_was_new_does_not():
    states = {
        ("bits", "reviewed"): remembered(3, 0.05, 4, was_due_in=-1),
        ("bits", "yesterday"): remembered(3, 1, 4, was_due_in=-3),
        ("bits", "new"): remembered(3, 0.05, 4),
        ("bits", "early"): remembered(3, 0.05, 9, was_due_in=5),
        **{("scales", str(n)): remembered(3, 5, -2) for n in range(5)},
    }
    assert reviewed_today(states, NOON) == 1
    (today,) = spread(states, NOON, cap=3, days=1)
    assert (len(today.share), today.due, today.waiting) == (2, 5, 3)


def test_the_order_holds_all_day():
    states = {("bits", str(n)): remembered(0.3 + n, n / 2, -1) for n in range(8)}
    morning, night = NOON - timedelta(hours=7), NOON + timedelta(hours=15)
    assert day_of(morning) == day_of(night)
    assert spread(states, morning, cap=4, days=1)[0].share == spread(states, night, cap=4, days=1)[0].share


def test_days_are_those_of_the_learners_calendar_and_last_until_four(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert day_of(NOON) == date(2025, 3, 10)
    assert day_of(NOON - timedelta(hours=5)) == date(2025, 3, 9), "three in the morning in New York"
    assert is_due(NOON + timedelta(hours=19), NOON)
    assert not is_due(NOON + timedelta(hours=21), NOON)
    over_the_change = spread({}, NOON - timedelta(days=3), days=4)
    ends = [beginning_of(day.date) for day in over_the_change]
    assert [(b - a) / timedelta(hours=1) for a, b in pairwise(ends)] == [24, 23, 24]


def test_the_forecast_begins_today_and_counts_only_what_is_in_the_course(content, store, clock):
    store.daily_cap = 1
    for item in ("bytes", "scale", "gone"):
        store.record_answer(item, "bits", "single", 1, "x", 0, 1)
    days = forecast(content, store)
    assert [(day.due, len(day.share), day.waiting) for day in days[:4]] == [
        (0, 0, 0), (2, 1, 1), (0, 1, 0), (0, 0, 0)
    ]  # fmt: skip
    assert days[0].date == date(2025, 3, 10)
    assert len(days) == 14
    clock.turn(days=1)
    now = standing(content, store)
    assert (now.due, now.waiting) == (1, 1)
    assert (standing(content, store, cap=5).due, standing(content, store, cap=5).waiting) == (2, 0)
    first = now.due_items[0].item
    store.record_answer(first, "bits", "single", 2, "x", 1, 1)
    now = standing(content, store)
    assert (now.due, now.waiting) == (0, 1), "today's share is done"
    clock.turn(days=1)
    assert standing(content, store).due == 1


def test_a_day_asks_twenty_unless_the_learner_sets_it_otherwise(store):
    assert store.daily_cap == DAILY_CAP == 20
