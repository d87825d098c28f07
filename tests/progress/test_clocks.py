"""A clock that jumps by years: nothing crashes, nothing is lost, and reviews still come back."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.progress.test_another_machine import everything, machines
from tests.progress.test_durability import assert_sound
from tests.progress.world import NOON, TurnableClock, verdict
from tutor.progress import Store, due_items, forecast, standing, workspace
from tutor.progress.backup import backups
from tutor.progress.report import progress_document

YEARS_AHEAD = NOON.replace(year=2099)
NO_BATTERY = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)


def at(clock, moment):
    clock.at = moment


def test_what_was_answered_while_the_clock_ran_ahead_comes_back_and_is_scheduled_anew(store, clock, content):
    store.record_event("step", "bits", {"step": "why"})
    at(clock, YEARS_AHEAD)
    store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
    store.record_attempt(verdict("per-row-scales", "passed"), source=b"x")
    at(clock, NOON + timedelta(days=10))
    assert [one.item for one in due_items(store)] == ["bytes"]
    assert standing(content, store).due == 1
    assert standing(content, store).exercise("per-row-scales") in ("passed", "due")
    store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
    assert due_items(store) == []
    (state,) = store.item_states().values()
    assert state.answers == 2
    assert timedelta(days=1) < state.memory.due - clock.at < timedelta(days=400)
    at(clock, state.memory.due)
    assert [one.item for one in due_items(store)] == ["bytes"]


def test_what_was_answered_while_the_clock_ran_behind_is_the_first_by_date(store, clock):
    store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
    at(clock, NO_BATTERY)
    assert [one.item for one in due_items(store)] == ["bytes"]
    store.record_answer("bytes", "bits", "single", 1, "c", 0, 1)
    at(clock, NOON + timedelta(minutes=1))
    (state,) = store.item_states().values()
    assert (state.answers, state.points) == (2, 1)
    assert state.memory.due - NOON < timedelta(days=200)


def test_a_step_read_while_the_clock_ran_ahead_can_still_be_reopened(store, clock, content):
    at(clock, YEARS_AHEAD)
    for step in content.lesson("bits").steps:
        store.record_event("step", "bits", {"step": step})
    at(clock, NOON)
    for _ in range(3):
        store.record_answer("bytes", "bits", "single", 1, "c", 0, 1)
    assert store.steps_read()["bits"] == frozenset(content.lesson("bits").steps)
    assert set(store.last_times("step")["bits"].values()) == {""}
    standing(content, store)


def test_hints_and_passes_are_kept_however_the_clock_jumps(store, clock):
    for moment in (NOON, YEARS_AHEAD, NO_BATTERY, NOON + timedelta(hours=1)):
        at(clock, moment)
        store.record_event("hint", "a")
        store.record_attempt(verdict("a", "passed"), source=f"{moment}".encode())
        assert store.may_see_solution("a")
    state = store.exercise_state("a")
    assert (state.attempts, state.hints) == (4, 4)
    assert len(store.attempts("a")) == 4


@settings(max_examples=12)
@given(jumps=st.lists(st.integers(-60 * 365, 7000 * 365), min_size=1, max_size=6))
def test_any_jumps_leave_a_sound_store_whose_every_screen_can_be_drawn(content, jumps):
    with machines(2) as (store, other):
        clock = TurnableClock()
        store.now = store.database._clock = clock
        for days in jumps:
            at(clock, NOON + timedelta(days=days))
            store.record_event("step", "bits", {"step": "why"})
            store.record_event("hint", "per-row-scales")
            store.record_attempt(verdict("per-row-scales", "passed"), source=f"{days}".encode())
            store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
            standing(content, store)
            progress_document(content, store)
            assert len(forecast(content, store)) == 14
        other.now = store.now = lambda: NOON
        assert len(store.answers()) == len(jumps)
        assert store.exercise_state("per-row-scales").hints == len(jumps)
        (state,) = store.item_states().values()
        assert state.memory.due < NOON + timedelta(days=110 * 365)
        assert_sound(store)
        other.add([*store.events(), *store.answers(), *store.attempts("per-row-scales")])
        assert everything(content, other) == everything(content, store)


def test_backups_are_kept_and_restored_in_the_right_order_after_a_clock_ran_ahead(home, clock):
    def one_day(name):
        with Store.open(home, "tiny", clock=clock) as store:
            store.record_event("step", "bits", {"step": name})

    for day in range(3):
        at(clock, NOON + timedelta(days=day))
        one_day(f"before {day}")
    for day in range(5):  # pushes all of them out
        at(clock, YEARS_AHEAD + timedelta(days=day))
        one_day(f"ahead {day}")
    at(clock, NOON + timedelta(days=3))
    one_day("after")
    at(clock, NOON + timedelta(days=4))
    one_day("after that")
    newest, second, *others = backups(home / "backups", clock.at)
    assert (newest.name, second.name) == ("progress-2025-03-14.db", "progress-2025-03-13.db")
    assert len(others) == 3
    assert all("2099" in other.name for other in others)
    (home / "progress.db").write_bytes(b"no database" * 1000)
    with Store.open(home, "tiny", clock=clock) as store:
        assert len(store.events()) == 9  # all but the last, which no backup has
        assert "progress-2025-03-14.db" in store.notices[0]


def test_a_backup_taken_while_the_clock_ran_ahead_still_counts_in_a_rescue(home, clock):
    with Store.open(home, "tiny", clock=clock) as store:
        store.record_event("step", "bits", {"step": "first"})
    at(clock, YEARS_AHEAD)
    with Store.open(home, "tiny", clock=clock) as store:
        store.record_event("step", "bits", {"step": "ahead"})  # after the backup, which has the first
    at(clock, NOON + timedelta(hours=1))
    (home / "progress.db").write_bytes(b"no database" * 1000)
    with Store.open(home, "tiny", clock=clock) as store:
        assert [event.data["step"] for event in store.events()] == ["first"]


def test_files_replaced_at_the_same_moment_of_a_clock_set_back_are_all_kept(store, home, content, clock):
    exercise = content.exercise("per-row-scales")
    path = workspace.start_exercise(store, exercise)
    for number in range(3):
        at(clock, NOON)
        path.write_bytes(b"%d" % number)
        workspace.start_exercise(store, exercise, reset=True)
    assert sorted(one.path.read_bytes() for one in workspace.backups(home)) == [b"0", b"1", b"2"]


FAKED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tutor.progress import Store, due_items
moment = datetime.fromisoformat(sys.argv[2])
with Store.open(Path(sys.argv[1]), "tiny", clock=lambda: moment) as store:
    store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
    print(len(store.answers()), len(due_items(store)))
"""


def test_two_tutors_with_clocks_years_apart_write_into_one_store(home):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    moments = [NO_BATTERY, NOON, YEARS_AHEAD]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", FAKED, str(home), moment.isoformat()],
            env=environment,
            stdout=subprocess.PIPE,
        )
        for moment in moments
    ]
    assert [len(writer.communicate(timeout=60)[0].split()) for writer in writers] == [2, 2, 2]
    with Store.open(home, "tiny") as store:
        assert [answer.at for answer in store.answers()] == moments
        assert_sound(store)
