"""Practice: again from the stub, with nothing of the first pass or the old file lost."""

from __future__ import annotations

import pytest

from tests.progress.world import verdict
from tutor.errors import UsageProblem
from tutor.progress.practice import may_be_practised, one_at_random, practise
from tutor.progress.workspace import backups, solution_path, start_exercise


def passed(store, source):
    store.record_attempt(verdict("absmax-int8", "passed"), source=source)


def test_the_stub_takes_the_files_place_which_is_kept_with_the_first_pass(content, store, clock):
    exercise = content.exercise("absmax-int8")
    start_exercise(store, exercise).write_bytes(b"mine")
    passed(store, b"mine")
    before = store.exercise_state("absmax-int8")
    clock.turn(days=2)
    path = practise(store, exercise)
    assert path == solution_path(store, exercise)
    assert path.read_bytes() == exercise.stub.read_bytes()
    assert [one.path.read_bytes() for one in backups(store.home)] == [b"mine"]
    after = store.exercise_state("absmax-int8")
    assert (after.first_pass, after.started) == (before.first_pass, before.started)
    assert after.practising


def test_code_that_comes_out_as_it_was_is_a_review_after_practice(content, store, clock):
    passed(store, b"short")
    clock.turn(days=60)
    due = store.exercise_state("absmax-int8").memory.due
    passed(store, b"short")
    assert store.exercise_state("absmax-int8").memory.due == due, "the same file again is none"
    practise(store, content.exercise("absmax-int8"))
    passed(store, b"short")
    state = store.exercise_state("absmax-int8")
    assert state.memory.due > due
    assert not state.practising


def test_what_was_passed_or_seen_may_be_practised_and_before_that_nothing(content, store):
    with pytest.raises(UsageProblem, match="No exercise is passed yet"):
        one_at_random(content, store)
    store.record_event("gave-up", "per-row-scales")
    assert one_at_random(content, store) == "per-row-scales"
    passed(store, b"x")
    assert may_be_practised(content, store) == ["absmax-int8", "per-row-scales"]
