"""The store keeps what was done, with where it came from, and never changes it."""

from __future__ import annotations

import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

import tutor
from tests.progress.world import verdict
from tutor.progress import Store


def test_an_attempt_keeps_the_bytes_their_hash_and_where_it_came_from(store):
    store.record_attempt(
        verdict("per-row-scales", "failed", device="cuda:1"),
        source=b"x = 1\r\n",
        content_version="7",
        grader_hash="abc",
    )
    (attempt,) = store.attempts("per-row-scales")
    assert attempt.source == b"x = 1\r\n"
    assert attempt.sha256 == hashlib.sha256(b"x = 1\r\n").hexdigest()
    assert (attempt.course, attempt.content_version, attempt.grader_hash) == ("tiny", "7", "abc")
    assert (attempt.engine_version, attempt.device) == (tutor.__version__, "cuda:1")
    assert attempt.verdict_json["stdout"] == "what the learner printed"
    assert attempt.worst_ratio == pytest.approx(1.5 / 1.05)


def test_every_event_and_answer_says_where_it_came_from(store):
    store.record_event("demo", "bits", {"device": "cuda", "output": "0.5"})
    store.record_answer("bytes", "bits", "single", 5, "one", 1, 1)
    for record in (*store.events(), *store.answers()):
        assert record.id
        assert record.at.tzinfo is not None
        assert record.origin == store.origin
        assert (record.course, record.content_version) == ("tiny", "3")
        assert record.engine_version == tutor.__version__
    assert store.events()[0].device == "cuda"


def test_attempts_come_newest_last_and_can_be_limited(store):
    for number in range(5):
        store.record_attempt(verdict("a"), source=b"%d" % number)
    assert [attempt.source for attempt in store.attempts("a")] == [b"0", b"1", b"2", b"3", b"4"]
    assert [attempt.source for attempt in store.attempts("a", limit=2)] == [b"3", b"4"]
    assert store.last_attempt("a").source == b"4"


def test_what_was_cancelled_is_no_attempt(store):
    assert store.record_attempt(verdict("a", "cancelled"), source=b"x") is None
    assert store.attempts("a") == []
    assert store.exercise_states() == {}


def test_a_file_too_large_to_grade_keeps_only_its_hash(store):
    big = b"#" * (1 << 21)
    store.record_attempt(verdict("a", "error"), source=big)
    (attempt,) = store.attempts("a")
    assert attempt.source == b""
    assert attempt.sha256 == hashlib.sha256(big).hexdigest()


def test_text_that_utf8_refuses_is_kept(store):
    hostile = "lone \ud800 surrogate, \x00 and \x1b[31m"
    store.record_attempt(verdict("a", message=hostile), source=b"\xff\xfe\x00")
    store.record_answer("i", "l", "output", 2**70, hostile, 0, 1)
    (attempt,) = store.attempts("a")
    assert attempt.verdict_json["checks"][0]["message"] == hostile
    assert attempt.source == b"\xff\xfe\x00"
    (answer,) = store.answers("l")
    assert (answer.answer, answer.seed) == (hostile, 2**70)


@pytest.mark.parametrize("table", ["attempts", "answers", "events", "sources"])
@pytest.mark.parametrize("change", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_records_cannot_be_changed_or_removed(store, table, change):
    store.record_attempt(verdict("a"), source=b"x")
    store.record_answer("i", "l", "single", 1, "one", 1, 1)
    store.record_event("step", "bits", {"step": "why"})
    change = change.replace("rowid = rowid", "bytes = bytes") if table == "sources" else change
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        store.database.write(lambda sql: sql.execute(change.format(table)))
    assert len(store.attempts("a")) == len(store.answers()) == len(store.events()) == 1


def test_hints_number_themselves_and_are_counted_by_the_highest(store):
    store.record_event("hint", "a")
    store.record_event("hint", "a")
    assert [event.data["number"] for event in store.events("hint", "a")] == [1, 2]
    store.record_event("hint", "a", {"number": 2})  # read again
    assert store.hints_shown("a") == 2
    assert store.hints_shown("b") == 0


def test_steps_read_are_told_by_lesson_in_either_way_of_naming_them(store):
    store.record_event("step", "bits", {"step": "why"})
    store.record_event("step", "bits/idea")
    store.record_event("step", "bits", {"step": "why"})
    assert store.steps_read() == {"bits": {"why", "idea"}}


def test_a_bookmark_holds_its_last_value_and_belongs_to_its_course(store, home):
    assert store.bookmark("lesson") is None
    store.set_bookmark("lesson", {"id": "bits", "scroll": 3})
    store.set_bookmark("lesson", {"id": "bits", "scroll": 4})
    assert store.bookmark("lesson") == {"id": "bits", "scroll": 4}
    with Store.open(home, "another course") as other:
        assert other.bookmark("lesson") is None
        assert other.exercise_states() == {}


def test_several_threads_share_one_store(store):
    def write(number: int) -> None:
        store.record_attempt(verdict("a"), source=b"%d" % number)
        store.attempts("a")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    assert store.exercise_state("a").attempts == len(store.attempts("a")) == 40


def test_a_write_that_fails_half_way_leaves_nothing_behind(store):
    def half(sql: sqlite3.Connection) -> None:
        sql.execute("INSERT INTO bookmarks VALUES ('tiny', 'half', '1', '')")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.database.write(half)
    assert store.bookmark("half") is None
    store.set_bookmark("whole", 1)
    assert store.bookmark("whole") == 1


@pytest.mark.parametrize(
    ("measurements", "ratio"),
    [
        ([], None),
        ([{"name": "e", "value": None, "limit": 1.0}], None),
        ([{"name": "e", "value": 2.0, "limit": 1.0}, {"name": "f", "value": 0.1, "limit": 1.0}], 2.0),
        ([{"name": "speed", "value": 50.0, "limit": 100.0, "better": "higher"}], 2.0),
        ([{"name": "e", "value": 0.0, "limit": 0.0}], 0.0),
        ([{"name": "e", "value": 0.1, "limit": 0.0}], 1e9),
    ],
)
def test_the_worst_ratio_is_the_largest_of_measured_over_limit(store, measurements, ratio):
    store.record_attempt(verdict("a", measurements=measurements), source=b"x")
    assert store.last_attempt("a").worst_ratio == ratio
