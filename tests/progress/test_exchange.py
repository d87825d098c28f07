"""Merging progress is a union: idempotent, and the same in either order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.progress.test_summary import HISTORIES, summaries
from tests.progress.world import verdict
from tutor.errors import UsageProblem
from tutor.progress import Store
from tutor.progress.exchange import Imported, export_events, import_events
from tutor.progress.keeping import backups


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


def file_of(store, path):
    path.write_bytes(export_events(store))
    return path


def test_places_and_drafts_come_along_and_the_newest_counts_in_either_order(tmp_path, tmp_path_factory):
    files = []
    for number, minutes in enumerate((0, 5)):
        clock = lambda m=minutes: datetime(2025, 3, 10, 12, m, tzinfo=UTC)  # noqa: E731
        with Store.open(tmp_path_factory.mktemp("one"), "tiny", clock=clock) as store:
            store.set_bookmark("lesson:bits", {"page": f"step-{number}", "scroll": 3})
            store.set_bookmark(f"draft:exercise-{number}", "def f():\n    größer")
            files.append(file_of(store, tmp_path / f"{number}.jsonl"))
    for order in (files, files[::-1], [*files, *files]):
        with fresh(tmp_path_factory, *order) as merged:
            assert merged.bookmark("lesson:bits") == {"page": "step-1", "scroll": 3}
            assert (
                merged.bookmark("draft:exercise-0")
                == merged.bookmark("draft:exercise-1")
                == "def f():\n    größer"
            )
            assert import_events(merged, files[0]) == Imported(0, 2)
            merged.set_bookmark("lesson:bits", None)
            import_events(merged, files[1])
            assert merged.bookmark("lesson:bits") is None, "what was left stays left"


def test_an_import_of_its_own_export_changes_nothing_and_a_new_home_exports_the_same(
    store, tmp_path, tmp_path_factory
):
    store.record_event("step", "bits", {"step": "why"})
    store.set_bookmark("quiz:bits", {"seed": 2**70, "drafts": {"a": [1, None]}})
    file = file_of(store, tmp_path / "mine.jsonl")
    assert import_events(store, file).new == 0
    with fresh(tmp_path_factory, file) as other:
        assert export_events(other) == export_events(store) == file.read_bytes()


def test_a_draft_that_a_newer_one_replaces_goes_to_the_backups(store, tmp_path, tmp_path_factory):
    with Store.open(
        tmp_path_factory.mktemp("one"), "tiny", clock=lambda: store.now() + timedelta(days=1)
    ) as later:
        later.set_bookmark("draft:per-row-scales", "theirs")
        file = file_of(later, tmp_path / "theirs.jsonl")
    store.set_bookmark("draft:per-row-scales", "mine")
    import_events(store, file)
    assert store.bookmark("draft:per-row-scales") == "theirs"
    (kept,) = backups(store.home)
    assert (kept.file_name, kept.path.read_text()) == ("per_row_scales.py", "mine")


def test_the_place_of_a_file_counts_where_the_file_is(store, tmp_path, tmp_path_factory):
    here, other = tmp_path / "per_row_scales.py", tmp_path / "nf4.py"
    here.touch(), other.touch()
    store.set_bookmark("file:per-row-scales", str(here))
    store.set_bookmark("file:absmax-int8", str(tmp_path / "absmax_int8.py"))
    store.set_bookmark("file:gptq", str(other))
    with fresh(tmp_path_factory, file_of(store, tmp_path / "mine.jsonl")) as merged:
        assert merged.bookmark("file:per-row-scales") == str(here)
        assert merged.bookmark("file:absmax-int8") is None
        assert merged.bookmark("file:gptq") is None, "it is another exercise's"


def test_a_file_of_the_first_version_is_read(store, tmp_path, tmp_path_factory):
    store.record_event("step", "bits", {"step": "why"})
    file = tmp_path / "old.jsonl"
    file.write_bytes(export_events(store).replace(b"tutor.events/2", b"tutor.events/1"))
    with fresh(tmp_path_factory, file) as other:
        assert other.events() == store.events()


def change(line, **values):
    return json.dumps({**json.loads(line), **values}).encode()


def place(**values):
    whole = {"type": "bookmarks", "course": "tiny", "key": "lesson:bits", "value": 1, "at": ""}
    return json.dumps(whole | values).encode()


@pytest.mark.parametrize(
    ("spoil", "told", "where"),
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
        (lambda lines: [*lines, place(at="soon")], "", ":4"),
        (lambda lines: [*lines, place(key=3)], "'key'", ":4"),
        (lambda lines: [*lines, place(value=float("nan"))], "", ":4"),
        (lambda lines: [*lines, place(course="\ud800")], "no Unicode", ":4"),
    ],
)
def test_a_file_that_is_no_export_names_the_line_and_changes_nothing(
    store, tmp_path, tmp_path_factory, spoil, told, where
):
    store.record_attempt(verdict("a"), source=b"x")
    store.record_event("step", "bits", {"step": "why"})
    file = tmp_path / "mine.jsonl"
    file.write_bytes(b"\n".join(spoil(export_events(store).splitlines())))
    with fresh(tmp_path_factory) as other:
        with pytest.raises(UsageProblem) as caught:
            import_events(other, file)
        assert told in str(caught.value)
        assert f"{file}{where}" in str(caught.value)
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
