"""Any history of a learner, for hypothesis: all kinds of records, odd text, extreme numbers and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from tutor.progress import records
from tutor.progress.own_words import KIND as OWN_WORDS
from tutor.progress.records import Answer, Attempt, Event

TEXTS = st.text(max_size=12) | st.sampled_from(["größer", "量子化", "🧮\u0000", "‮abc", "'; DROP", ""])
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NEAR = st.datetimes(datetime(2025, 1, 1), datetime(2025, 3, 1), timezones=st.just(UTC) | ZONES)
FAR = st.datetimes(
    datetime(records.YEARS.start, 1, 2), datetime(records.YEARS.stop - 1, 12, 30), timezones=ZONES
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
# Some of the course that the tests open, some of another.
COURSES = st.sampled_from(["tiny", "tiny", "tiny", "other"])
EXERCISES = st.sampled_from(["absmax-int8", "per-row-scales", "gone"])
LESSONS = st.sampled_from(["bits", "scales", "gone"])


@st.composite
def provenance(draw):
    return {
        "id": str(draw(st.uuids())), "at": draw(NEAR | NEAR | FAR), "origin": draw(st.sampled_from("ab")),
        "course": draw(COURSES), "content_version": draw(TEXTS), "grader_hash": draw(st.sampled_from(["", "h"])),
        "engine_version": "0", "device": draw(st.sampled_from(["cpu", "cuda:1"])),
    }  # fmt: skip


@st.composite
def attempts(draw):
    source = draw(st.binary(max_size=30) | st.just(b"x = 1\n"))
    too_large = draw(st.integers(0, 9)) == 0  # only its hash was kept
    measured = {"name": "error", "value": draw(NUMBERS), "limit": draw(NUMBERS), "better": "lower"}
    checks = [{
        "id": "c", "title": "It is small", "required": draw(st.booleans()), "measurements": [measured],
        "outcome": draw(st.sampled_from(["passed", "failed", "skipped"])),
        "misconception": draw(st.none() | st.sampled_from(["half-a-step", "größer"])),
    }]  # fmt: skip
    outcome = draw(st.sampled_from(records.GRADED))
    return Attempt(
        exercise=draw(EXERCISES), own=draw(st.booleans()), verdict=outcome, sha256=records.sha256(source),
        worst_ratio=draw(st.none() | st.floats(0, records.LARGEST_RATIO)), source=b"" if too_large else source,
        verdict_json={"verdict": outcome, "checks": checks, "stdout": draw(TEXTS), "more": draw(DOCUMENTS)},
        **draw(provenance()),
    )  # fmt: skip


@st.composite
def answers(draw):
    of = draw(st.sampled_from([1, 2.5]))
    return Answer(
        item=draw(st.sampled_from(["bytes", "range", "gone"])), lesson=draw(LESSONS), kind="numeric",
        seed=draw(st.integers(-(2**80), 2**80)), answer=draw(DOCUMENTS), of=of,
        points=draw(st.sampled_from([0, of / 2, of, 1e-300])),
        misconception=draw(st.none() | TEXTS), **draw(provenance()),
    )  # fmt: skip


@st.composite
def events(draw):
    kind = draw(st.sampled_from(
        ["step", "guess", "demo", "prompt", "placed", "started", "practice", "gave-up", "tested-out", "hint",
         OWN_WORDS, "kind of another version"]
    ))  # fmt: skip
    data = draw(st.dictionaries(TEXTS, DOCUMENTS, max_size=2))
    known = {
        "step": {"step": draw(st.sampled_from(["why", "idea", "größer"]))},
        "hint": {"number": draw(st.integers(1, 5))},
        "started": {"stub": draw(TEXTS), "reset": draw(st.booleans())},
        OWN_WORDS: {"question": "q", "text": draw(TEXTS), "made": [0]},
    }
    subject = draw(EXERCISES | LESSONS | TEXTS)
    return Event(kind=kind, subject=subject, data=data | known.get(kind, {}), **draw(provenance()))


HISTORIES = st.lists(
    st.one_of(attempts(), answers(), events()), max_size=14, unique_by=lambda record: record.id
)
