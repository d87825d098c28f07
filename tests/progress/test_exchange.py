"""Merging progress is a union: idempotent, and the same in either order."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.progress.test_summary import HISTORIES, summaries
from tests.progress.world import verdict
from tutor.errors import UsageProblem
from tutor.progress import Store
from tutor.progress.exchange import export_events, import_events


def fresh(tmp_path_factory, *files):
    store = Store.open(tmp_path_factory.mktemp("fresh"), "tiny")
    for file in files:
        import_events(store, file)
    return store


def holding(tmp_path_factory, history):
    folder = tmp_path_factory.mktemp("holding")
    with Store.open(folder, "tiny") as store:
        store.add(history)
        (folder / "export.jsonl").write_bytes(export_events(store))
    return folder / "export.jsonl"


@settings(max_examples=15)
@given(everything=HISTORIES, data=st.data())
def test_a_union_is_commutative_and_idempotent(tmp_path_factory, everything, data):
    sides = [[record for record in everything if data.draw(st.booleans())] for _ in range(2)]
    a, b = (holding(tmp_path_factory, side) for side in sides)
    stores = [fresh(tmp_path_factory, *files) for files in ((a, b), (b, a), (a, b, a, b, b))]
    exports = [export_events(store) for store in stores]
    assert exports[0] == exports[1] == exports[2]
    assert summaries(stores[0]) == summaries(stores[1]) == summaries(stores[2])
    held = {json.loads(line)["id"] for line in exports[0].splitlines()[1:]}
    assert held == {record.id for side in sides for record in side}
    for store in stores:
        store.close()


def test_an_export_carries_everything_to_another_machine(store, tmp_path, tmp_path_factory):
    store.record_attempt(verdict("a", "passed"), source=b"\xff\x00 bytes", grader_hash="abc")
    store.record_answer("bytes", "bits", "single", 2**70, {"left": "right"}, 0.5, 1)
    store.record_event("demo", "bits", {"output": "größer"})
    file = tmp_path / "mine.jsonl"
    file.write_bytes(export_events(store))
    with fresh(tmp_path_factory, file) as other:
        assert other.attempts("a") == store.attempts("a")
        assert other.answers() == store.answers()
        assert other.events() == store.events()
        assert other.exercise_states() == store.exercise_states()
        assert other.item_states() == store.item_states()


def test_an_import_tells_how_much_was_new(store, tmp_path, tmp_path_factory):
    store.record_event("step", "bits", {"step": "why"})
    store.record_event("step", "bits", {"step": "idea"})
    file = tmp_path / "mine.jsonl"
    file.write_bytes(export_events(store))
    with fresh(tmp_path_factory) as other:
        assert import_events(other, file).new == 2
        again = import_events(other, file)
        assert (again.new, again.known) == (0, 2)


def change(line, **values):
    return json.dumps({**json.loads(line), **values}).encode()


@pytest.mark.parametrize(
    ("spoil", "told", "place"),
    [
        (lambda lines: [b"{", *lines[1:]], "not JSON", ":1"),
        (lambda lines: [b'{"schema": "tutor.events/9"}', *lines[1:]], "tutor.events/9", ":1"),
        (lambda lines: [b"[]"], "", ":1"),
        (lambda lines: [*lines, b'{"type": "song"}'], "'song'", ":4"),
        (lambda lines: [lines[0], b'{"type": "event"}'], "", ":2"),
        (lambda lines: [*lines, change(lines[1], at="yesterday")], "", ":4"),
        (lambda lines: [*lines, change(lines[1], at="2025-01-01T00:00:00")], "time zone", ":4"),
        (lambda lines: [*lines, change(lines[1], course=3)], "'course'", ":4"),
        (lambda lines: [*lines, change(lines[1], source="AAAA")], "'source'", ":4"),
        (lambda lines: [*lines, change(lines[1], verdict="cancelled")], "'verdict'", ":4"),
        (lambda lines: [], "empty", ""),
    ],
)
def test_a_file_that_is_no_export_names_the_line_and_changes_nothing(
    store, tmp_path, tmp_path_factory, spoil, told, place
):
    store.record_attempt(verdict("a"), source=b"x")
    store.record_event("step", "bits", {"step": "why"})
    file = tmp_path / "mine.jsonl"
    file.write_bytes(b"\n".join(spoil(export_events(store).splitlines())))
    with fresh(tmp_path_factory) as other:
        with pytest.raises(UsageProblem) as caught:
            import_events(other, file)
        assert told in str(caught.value)
        assert f"{file}{place}" in str(caught.value)
        assert other.events() == []
        assert other.attempts("a") == []


def test_a_missing_file_is_told(store, tmp_path):
    with pytest.raises(UsageProblem, match="cannot be read"):
        import_events(store, tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (None, True),
        ("at", "0001-01-01T00:00:00+23:00"),
        ("worst_ratio", float("inf")),
        ("exercise", "\ud800"),
        ("verdict_json", {"verdict": "passed", "checks": ["one"]}),
        ("verdict_json", {"checks": []}),
        ("verdict_json", {"verdict": "passed", "checks": [], "seconds": "long"}),
    ],
)
def test_a_line_that_would_be_stumbled_over_later_is_refused(store, tmp_path, key, value):
    store.record_attempt(verdict("a", "passed"), source=b"x")
    header, line = export_events(store).splitlines()
    changed = json.loads(line) | {key: value, "id": "another"} if key else value
    file = tmp_path / "mine.jsonl"
    file.write_bytes(header + b"\n" + json.dumps(changed).encode())
    with pytest.raises(UsageProblem, match="no line of exported progress"):
        import_events(store, file)
    assert len(store.attempts("a")) == 1
