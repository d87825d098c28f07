"""What is missed again and again reopens the step that it is about, until that was read again."""

from __future__ import annotations

import pytest

from tests.progress.world import verdict
from tutor.progress import Store, standing, summary
from tutor.progress.exchange import export_events, import_events


def read(store, *steps):
    for step in steps or ("why", "idea"):
        store.record_event("step", "bits", {"step": step})


def answer(store, *points, item="scale"):
    for number, one in enumerate(points):
        store.record_answer(item, "bits", "single", number, "x", one, 2)


@pytest.fixture
def done(store):
    """The lesson is read, its exercise passed, its quiz answered."""
    read(store)
    store.record_attempt(verdict("absmax-int8", "passed"), source=b"right")
    answer(store, 2, item="bytes")
    answer(store, 2)
    return store


def test_three_misses_reopen_the_step_and_the_lesson(content, done):
    answer(done, 0, 0)
    assert standing(content, done).reread == {}
    assert standing(content, done).lesson("bits") == "done"
    answer(done, 0)
    now = standing(content, done)
    assert now.reread == {"bits": ("idea",)}
    assert now.lesson("bits") == "started"
    assert (now.next.kind, now.next.id, now.next.step) == ("lesson", "bits", "idea")
    assert now.next.why.startswith("reread: ")
    assert "missed 3 times" in now.next.why


def test_reading_it_again_closes_it_and_the_count_begins_anew(content, done):
    answer(done, 0, 0, 0)
    read(done, "why")
    assert standing(content, done).reread == {"bits": ("idea",)}, "another step is no reading of it"
    read(done, "idea")
    now = standing(content, done)
    assert (now.reread, now.lesson("bits")) == ({}, "done")
    answer(done, 0, 0)
    assert standing(content, done).reread == {}
    answer(done, 0)
    assert standing(content, done).reread == {"bits": ("idea",)}


@pytest.mark.parametrize(
    ("points", "reopened"),
    [
        ((0, 2, 0, 2, 0), True),  # a right answer in between has taught nothing that stayed
        ((0, 0, 1, 1), False),  # a part of the points is no miss
        ((0, 0, 0, 2), True),  # a right answer is no reading
    ],
)
def test_misses_need_not_follow_one_another(content, done, points, reopened):
    answer(done, *points)
    assert bool(standing(content, done).reread) is reopened


def test_a_step_that_was_never_read_is_new_and_not_to_be_reread(content, store):
    answer(store, 0, 0, 0)
    now = standing(content, store)
    assert now.reread == {}
    assert now.next.step == "why"
    read(store)
    assert standing(content, store).reread == {}, "the misses came before the reading"


def test_it_follows_from_the_logs_alone_on_every_machine(content, done, tmp_path):
    answer(done, 0, 0, 0)
    here = standing(content, done)
    done.database.write(summary.rebuild)
    assert standing(content, done).reread == here.reread
    exported = tmp_path / "events"
    exported.write_bytes(export_events(done))
    with Store.open(tmp_path / "other", "tiny") as other:
        import_events(other, exported)
        assert standing(content, other).reread == here.reread


def test_summaries_of_an_older_tutor_are_computed_anew(content, done):
    answer(done, 0, 0, 0)

    def forget(sql):
        sql.execute("UPDATE item_standing SET state = json_remove(state, '$.misses', '$.was_due')")
        sql.execute("UPDATE exercise_standing SET state = json_remove(state, '$.practising')")

    done.database.write(forget)
    assert standing(content, done).reread == {"bits": ("idea",)}
    assert standing(content, done).exercise("absmax-int8") == "passed"
