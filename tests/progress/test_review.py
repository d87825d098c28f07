"""Spaced repetition: what was missed comes back the next day, what was known later and later."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.world import NOON
from tutor.progress.review import after_review, due_items, is_due, rating

RATINGS = st.sampled_from(["again", "hard", "good", "easy"])


@pytest.mark.parametrize(
    ("points", "of", "rated"), [(2, 2, "good"), (1, 2, "hard"), (0, 2, "again"), (0.5, 1, "hard")]
)
def test_points_are_rated_as_recall_hard_recall_or_lapse(points, of, rated):
    assert rating(points, of) == rated


def test_a_missed_item_comes_back_in_a_day_and_a_known_one_later_each_time():
    missed = after_review(None, NOON, "again")
    assert missed.due - NOON == timedelta(days=1)
    memory, spans = None, []
    at = NOON
    for _ in range(4):
        memory = after_review(memory, at, "good")
        spans.append((memory.due - at).days)
        at = memory.due
    assert spans == sorted(set(spans))
    assert spans[-1] > 20


@given(st.lists(st.tuples(RATINGS, st.integers(0, 90 * 24)), min_size=1, max_size=8))
def test_nothing_comes_back_within_a_day_and_the_same_history_gives_the_same_dates(history):
    def run():
        memory, at = None, NOON
        for rated, hours in history:
            at += timedelta(hours=hours)
            memory = after_review(memory, at, rated)
            assert memory.due - at >= timedelta(days=1)
        return memory

    assert run() == run()


@pytest.fixture
def utc(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("answered", "asked", "due"),
    [
        ("10 20:00", "10 20:01", False),
        ("10 20:00", "11 03:59", False),  # still the evening of the day before
        ("10 20:00", "11 04:00", True),  # a morning may review what is due in its evening
        ("10 23:50", "11 00:10", False),
        ("11 00:10", "11 03:59", False),
        ("11 00:10", "11 08:00", True),  # it was answered in the night of the day before
        ("11 08:00", "12 03:59", False),
    ],
)
def test_a_day_of_study_ends_at_four_in_the_morning(answered, asked, due):
    at = datetime.strptime(f"2025-03-{answered}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    now = datetime.strptime(f"2025-03-{asked}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert is_due(after_review(None, at, "again").due, now) is due


def test_due_items_are_those_of_today_the_longest_overdue_first(store, clock):
    store.record_answer("late", "bits", "single", 1, "x", 0, 1)
    clock.turn(days=1)
    store.record_answer("later", "bits", "single", 1, "x", 0, 1)
    store.record_answer("known", "bits", "single", 1, "x", 1, 1)
    assert [one.item for one in due_items(store)] == ["late"]
    clock.turn(days=1)
    assert [one.item for one in due_items(store)] == ["late", "later"]
    store.record_answer("late", "bits", "single", 2, "y", 1, 1)
    assert [one.item for one in due_items(store)] == ["later"]


def test_opening_a_store_loads_neither_torch_nor_the_scheduler_nor_pydantic(home):
    program = (
        "import sys; from pathlib import Path; from tutor.progress import Store, standing, workspace; "
        f"Store.open(Path({str(home)!r}), 'tiny').exercise_states(); "
        "print([name for name in ('torch', 'fsrs', 'pydantic', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
