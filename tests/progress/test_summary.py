"""Summaries are what the logs come to, in whatever order the logs were written."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.progress.world import NOON, TurnableClock, verdict
from tutor.progress import Store, summary
from tutor.progress.records import Answer, Attempt, Event, sha256

MINUTES = st.integers(0, 60 * 24 * 40).map(lambda minutes: NOON + timedelta(minutes=minutes))
PROVENANCE = {
    "origin": "o",
    "course": "tiny",
    "content_version": "1",
    "grader_hash": "",
    "engine_version": "0",
}


@st.composite
def an_attempt(draw):
    outcome = draw(st.sampled_from(["passed", "failed", "error"]))
    source = draw(st.sampled_from([b"one", b"two", b"three"]))
    wrong = draw(st.sampled_from([None, "rows-as-columns", "half-a-step"]))
    document = verdict("a", outcome, misconception=wrong)
    if draw(st.booleans()):
        document["checks"][0]["outcome"] = "skipped"
    return Attempt(
        id=str(draw(st.uuids())), at=draw(MINUTES), device=draw(st.sampled_from(["cpu", "cuda"])),
        exercise=draw(st.sampled_from(["a", "b"])), own=draw(st.booleans()), verdict=outcome,
        sha256=sha256(source), worst_ratio=None, verdict_json=document, source=source, **PROVENANCE,
    )  # fmt: skip


@st.composite
def an_answer(draw):
    return Answer(
        id=str(draw(st.uuids())), at=draw(MINUTES), device="cpu", item=draw(st.sampled_from(["i", "j"])),
        lesson="bits", kind="single", seed=1, answer="x", points=draw(st.sampled_from([0, 0.5, 1])), of=1,
        misconception=draw(st.sampled_from([None, "counts-fp16"])), **PROVENANCE,
    )  # fmt: skip


@st.composite
def an_event(draw):
    kind = draw(st.sampled_from(["started", "hint", "gave-up", "tested-out", "practice", "step"]))
    data = {"number": draw(st.integers(1, 4))} if kind == "hint" else {}
    return Event(
        id=str(draw(st.uuids())), at=draw(MINUTES), device="cpu", kind=kind,
        subject=draw(st.sampled_from(["a", "b"])), data=data, **PROVENANCE,
    )  # fmt: skip


HISTORIES = st.lists(st.one_of(an_attempt(), an_answer(), an_event()), max_size=10, unique_by=lambda r: r.id)


def summaries(store):
    tables = ("exercise_standing", "item_standing", "event_standing")
    return [
        store.database.read(lambda sql, t=t: sql.execute(f"SELECT * FROM {t}").fetchall()) for t in tables
    ]


@settings(max_examples=25)
@given(history=HISTORIES, data=st.data())
def test_any_order_of_arrival_gives_the_same_as_computing_from_the_logs(tmp_path_factory, history, data):
    shuffled = data.draw(st.permutations(history))
    with Store.open(tmp_path_factory.mktemp("one"), "tiny") as one:
        for record in shuffled:
            one.add([record])
        came = summaries(one)
        one.database.write(summary.rebuild)
        assert summaries(one) == came
    with Store.open(tmp_path_factory.mktemp("other"), "tiny") as other:
        other.add(history)
        assert summaries(other) == came


def test_only_the_learners_own_attempts_count(store):
    store.record_attempt(verdict("a", "passed"), source=b"sent by an assistant", own=False)
    assert store.exercise_states() == {}
    assert len(store.attempts("a", own=False)) == 1
    assert store.attempts("a") == []
    store.record_attempt(verdict("a", "passed"), source=b"mine")
    assert store.exercise_state("a").attempts == 1


def test_the_first_pass_is_kept_and_the_last_verdict_follows(store, clock):
    store.record_attempt(verdict("a", "passed"), source=b"1")
    first = store.exercise_state("a").first_pass
    clock.turn(days=1)
    store.record_attempt(verdict("a", "failed"), source=b"2")
    state = store.exercise_state("a")
    assert (state.first_pass, state.last_verdict, state.attempts) == (first, "failed", 2)


def test_a_misconception_counts_once_an_attempt(store):
    both = verdict("a", misconception="rows-as-columns")
    both["checks"].append(both["checks"][0])
    store.record_attempt(both, source=b"1")
    store.record_attempt(verdict("a", misconception="half-a-step"), source=b"2")
    assert store.exercise_state("a").misconceptions == {"rows-as-columns": 1, "half-a-step": 1}


def test_a_pass_that_skipped_gpu_checks_is_cpu_only_until_a_gpu_passes_it(store):
    store.record_attempt(verdict("a", "passed", outcome="skipped"), source=b"1")
    assert store.exercise_state("a").cpu_only
    store.record_attempt(verdict("a", "passed", device="cuda"), source=b"1")
    assert not store.exercise_state("a").cpu_only


def test_passing_anew_after_a_day_is_a_review_and_the_same_bytes_are_none(store, clock):
    store.record_attempt(verdict("a", "passed"), source=b"first")
    due = store.exercise_state("a").memory.due
    store.record_attempt(verdict("a", "passed"), source=b"tidied the same hour")
    clock.turn(days=9)
    store.record_attempt(verdict("a", "passed"), source=b"first")
    assert store.exercise_state("a").memory.due == due
    store.record_attempt(verdict("a", "passed"), source=b"written anew")
    assert store.exercise_state("a").memory.due > due + timedelta(days=9)


def test_reading_after_a_long_history_costs_as_little_as_before(home):
    clock = TurnableClock()
    with Store.open(home, "tiny", clock=clock) as store:
        store.record_attempt(verdict("a"), source=b"x")
        (first,) = store.attempts("a")

        def many(sql):
            rows = (
                (f"u{n}", first.at.isoformat(timespec="microseconds"), first.sha256) for n in range(50_000)
            )
            sql.executemany(
                "INSERT INTO attempts (uuid, at, origin, course, content_version, grader_hash,"
                " engine_version, device, exercise, own, verdict, sha256, worst_ratio, document)"
                " VALUES (?, ?, 'o', 'tiny', '', '', '', 'cpu', 'a', 1, 'failed', ?, NULL, '{}')",
                rows,
            )

        def best(action):
            spans = []
            for _ in range(20):
                begin = time.perf_counter()
                action()
                spans.append(time.perf_counter() - begin)
            return min(spans)

        store.database.write(many)
        assert best(store.exercise_states) < 0.005
        assert best(lambda: store.attempts("a", limit=5)) < 0.005
        assert best(lambda: store.record_attempt(verdict("a"), source=b"y")) < 0.05


def test_a_record_known_already_changes_nothing(store):
    store.record_attempt(verdict("a"), source=b"x")
    (known,) = store.attempts("a")
    before = summaries(store)
    assert store.add([known, replace(known, verdict="passed")]) == 0
    assert summaries(store) == before
