"""Statuses of lessons and exercises, and the next sensible thing."""

from __future__ import annotations

import pytest

from tests.progress.world import verdict
from tutor.progress import standing


def read(store, lesson):
    for step in ("why", "idea"):
        store.record_event("step", lesson, {"step": step})


def take_quiz(store, lesson, items, points=1):
    for item in items:
        store.record_answer(item, lesson, "single", 1, "one", points, 1)


def passed(store, exercise, source=b"right"):
    store.record_attempt(verdict(exercise, "passed"), source=source)


def finish(store, lesson, items, exercise):
    read(store, lesson)
    take_quiz(store, lesson, items)
    passed(store, exercise)


BITS = ("bits", ("bytes", "scale"), "absmax-int8")
SCALES = ("scales", ("rows", "columns"), "per-row-scales")


def test_everything_is_new_and_the_first_lesson_comes_first(content, store):
    now = standing(content, store)
    assert set(now.lessons.values()) == {"new"}
    assert set(now.exercises.values()) == {"new"}
    assert (now.next.kind, now.next.id, now.next.step) == ("lesson", "bits", "why")
    assert now.due == 0


def test_a_lesson_half_read_goes_on_at_its_next_step(content, store):
    store.record_event("step", "bits", {"step": "why"})
    now = standing(content, store)
    assert now.lesson("bits") == "started"
    assert (now.next.kind, now.next.step) == ("lesson", "idea")


def test_a_lesson_is_done_when_read_asked_and_its_exercises_passed(content, store):
    read(store, "bits")
    assert standing(content, store).next.kind == "exercise"
    assert standing(content, store).next.id == "absmax-int8"
    passed(store, "absmax-int8")
    assert standing(content, store).next.kind == "quiz"
    take_quiz(store, "bits", ["bytes"])
    assert standing(content, store).lesson("bits") == "started"
    assert standing(content, store).next.kind == "quiz"
    take_quiz(store, "bits", ["scale"], points=0)
    now = standing(content, store)
    assert now.lesson("bits") == "done"
    assert (now.next.kind, now.next.id) == ("lesson", "scales")


def test_a_done_lesson_with_an_item_due_is_due_and_review_comes_before_a_new_lesson(content, store, clock):
    finish(store, *BITS)
    take_quiz(store, "bits", ["scale"], points=0)
    clock.turn(days=1)
    now = standing(content, store)
    assert now.lesson("bits") == "due"
    assert now.due == 1
    assert now.next.kind == "review"
    take_quiz(store, "bits", ["scale"])
    now = standing(content, store)
    assert (now.lesson("bits"), now.due, now.next.kind) == ("done", 0, "lesson")


def test_what_is_begun_comes_before_review(content, store, clock):
    finish(store, *BITS)
    take_quiz(store, "bits", ["scale"], points=0)
    store.record_event("step", "scales", {"step": "why"})
    clock.turn(days=1)
    now = standing(content, store)
    assert now.due == 1
    assert (now.next.kind, now.next.id) == ("lesson", "scales")


def test_an_item_that_left_the_course_is_not_due(content, store, clock):
    store.record_answer("gone", "bits", "single", 1, "x", 0, 1)
    clock.turn(days=2)
    assert standing(content, store).due == 0


def test_a_lesson_without_quiz_and_exercises_is_done_when_read(content, store):
    read(store, "last")
    assert standing(content, store).lesson("last") == "done"


def test_all_done(content, store):
    finish(store, *BITS)
    finish(store, *SCALES)
    read(store, "last")
    now = standing(content, store)
    assert set(now.lessons.values()) == {"done"}
    assert now.next.kind == "done"


def test_an_open_exercise_that_builds_on_an_open_one_names_that_first(content, store):
    read(store, "scales")
    assert standing(content, store).next.id == "absmax-int8"
    finish(store, *BITS)
    assert standing(content, store).next.id == "per-row-scales"


def test_a_lesson_that_was_tested_out_of_is_skipped_unless_it_is_read(content, store):
    store.record_event("tested-out", "absmax-int8")
    now = standing(content, store)
    assert (now.lesson("bits"), now.next.id) == ("started", "scales")
    store.record_event("step", "bits", {"step": "why"})
    assert standing(content, store).next.id == "bits"


@pytest.mark.parametrize(
    ("done", "status"),
    [
        ([], "new"),
        (["started"], "started"),
        (["hint"], "started"),
        (["failed"], "started"),
        (["passed"], "passed"),
        (["passed", "failed"], "passed"),
        (["gave-up"], "seen"),
        (["gave-up", "failed"], "seen"),
        (["gave-up", "passed"], "passed"),
        (["tested-out"], "tested-out"),
        (["tested-out", "failed"], "tested-out"),
        (["tested-out", "passed"], "passed"),
        (["tested-out", "gave-up"], "seen"),
    ],
)
def test_the_status_of_an_exercise(content, store, done, status):
    for number, one in enumerate(done):
        if one in ("passed", "failed"):
            store.record_attempt(verdict("absmax-int8", one), source=b"%d" % number)
        else:
            store.record_event(one, "absmax-int8")
    assert standing(content, store).exercise("absmax-int8") == status


def test_a_solution_that_was_seen_comes_due_the_next_day_and_a_copy_of_it_does_not_help(
    content, store, clock
):
    store.record_event("gave-up", "absmax-int8")
    passed(store, "absmax-int8", b"copied")
    assert standing(content, store).exercise("absmax-int8") == "passed"
    clock.turn(days=1)
    passed(store, "absmax-int8", b"copied")
    now = standing(content, store)
    assert now.exercise("absmax-int8") == "due"
    passed(store, "absmax-int8", b"written by myself")
    assert standing(content, store).exercise("absmax-int8") == "passed"


def test_a_due_exercise_leaves_its_lesson_done(content, store, clock):
    finish(store, *BITS)
    clock.turn(days=60)
    take_quiz(store, "bits", ["bytes", "scale"])
    now = standing(content, store)
    assert now.exercise("absmax-int8") == "due"
    assert now.lesson("bits") == "done"


def test_a_pass_stays_when_the_exercise_asks_for_more(content, store):
    passed(store, "per-row-scales")  # its requirement was never passed
    assert standing(content, store).exercise("per-row-scales") == "passed"


def test_a_pass_that_skipped_gpu_checks_is_marked(content, store):
    store.record_attempt(verdict("absmax-int8", "passed", outcome="skipped"), source=b"x")
    assert standing(content, store).cpu_only == {"absmax-int8"}


def test_cancelled_and_foreign_attempts_change_nothing(content, store):
    store.record_attempt(verdict("absmax-int8", "cancelled"), source=b"x")
    store.record_attempt(verdict("absmax-int8", "passed"), source=b"x", own=False)
    assert standing(content, store).exercise("absmax-int8") == "new"
