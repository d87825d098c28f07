"""What was done on one machine is there on another, once, however often and in whatever order it is brought over."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.progress.histories import HISTORIES
from tests.progress.test_summary import summaries
from tests.progress.world import verdict
from tutor.errors import UsageProblem
from tutor.progress import Store, due_items, forecast, standing
from tutor.progress.exchange import LONGEST_LINE, SCHEMA, export_events, import_events
from tutor.progress.report import bug_report, progress_document

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


@contextmanager
def machines(number):
    """Fresh homes, in memory where there is such a folder: what is asked here is not the disk's."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        stores = [Store.open(Path(folder) / str(one), "tiny", clock=lambda: NOW) for one in range(number)]
        try:
            yield stores
        finally:
            for store in stores:
                store.close()


def carry(source, *targets):
    """Export, and import on the others; how many records were new to each."""
    file = source.home / "export.jsonl"
    file.write_bytes(export_events(source))
    return [import_events(target, file).new for target in targets]


def everything(content, store):
    """What any screen or command says of the learner, and all records."""
    reports = [bug_report(store, exercise, with_code=True) for exercise in content.exercises]
    return (
        standing(content, store), forecast(content, store), due_items(store), progress_document(content, store),
        store.exercise_states(), store.item_states(), store.answers(), store.events(),
        [store.attempts(exercise, own=own) for exercise in ("absmax-int8", "gone") for own in (True, False)],
        reports, summaries(store), export_events(store),
    )  # fmt: skip


@settings(max_examples=25)
@given(history=HISTORIES)
@example(history=[])
def test_another_machine_says_the_same_and_bringing_it_again_changes_nothing(content, history):
    with machines(2) as (here, there):
        assert here.add(history) == len(history)
        before = everything(content, here)
        assert carry(here, there) == [len(history)]
        assert everything(content, there) == before
        assert carry(here, there) == [0]
        assert carry(there, here) == [0]
        assert everything(content, there) == everything(content, here) == before


@settings(max_examples=15)
@given(history=HISTORIES, data=st.data())
def test_two_parts_that_overlap_give_the_same_in_either_order(content, history, data):
    parts = [[record for record in history if data.draw(st.booleans())] for _ in range(2)]
    with machines(4) as (one, other, first, second):
        one.add(parts[0])
        other.add(parts[1])
        for source in (one, other):
            carry(source, first)
        for source in (other, one, other):
            carry(source, second)
        assert everything(content, first) == everything(content, second)


def test_a_source_that_rotted_on_one_machine_does_not_keep_the_right_one_out(clock):
    with machines(3) as (whole, rotten, other):
        whole.record_attempt(verdict("a"), source=b"mine = 1")
        carry(whole, rotten)
        rotten.database.write(lambda sql: sql.execute("DROP TRIGGER sources_refuse_update"))
        rotten.database.write(lambda sql: sql.execute("UPDATE sources SET bytes = x'00'"))
        carry(rotten, other)
        assert other.attempts("a")[0].source == b""
        carry(whole, other)
        assert other.attempts("a")[0].source == b"mine = 1"


# --- what is no export -----------------------------------------------------------------------


def lines_of_one():
    """An export's lines: the header, an attempt, an answer and an event."""
    with machines(1) as (store,):
        store.record_attempt(verdict("a"), source=b"x")
        store.record_answer("bytes", "bits", "single", 1, "b", 1, 1)
        store.record_event("step", "bits", {"step": "why"})
        lines = export_events(store).splitlines()
    return lines[:1] + sorted(
        lines[1:], key=lambda line: ["att", "ans", "eve"].index(json.loads(line)["type"][:3])
    )


HEADER, ATTEMPT, ANSWER, EVENT = lines_of_one()
BROKEN = {
    "a text": b'"just a text"',
    "a number": b"7",
    "nothing": b"null",
    "no number of points": (ANSWER, {"points": float("nan")}),
    "endless points": (ANSWER, {"points": float("inf")}),
    "points beyond all numbers": (ANSWER, {"points": 10**400}),
    "a truth for a number": (ANSWER, {"seed": True}),
    "a truth for points": (ANSWER, {"points": True}),
    "half a character": (EVENT, {"subject": "\ud800"}),
    "half a character in a step": (EVENT, {"data": {"step": "\ud800"}}),
    "half a character in the id": (ATTEMPT, {"id": "\udfff"}),
    "before all time": (EVENT, {"at": "0001-01-01T00:00:00+14:00"}),
    "after all time": (EVENT, {"at": "9999-12-31T23:59:59-14:00"}),
    "no time at all": (EVENT, {"at": 5}),
    "checks that are none": (ATTEMPT, {"verdict_json": {"checks": 5}}),
    "checks of numbers": (ATTEMPT, {"verdict_json": {"checks": [1]}}),
    "measurements of numbers": (ATTEMPT, {"verdict_json": {"checks": [{"measurements": [1]}]}}),
    "protections that are none": (ATTEMPT, {"verdict_json": {"protections": [1]}}),
    "a source that is no text": (ATTEMPT, {"source": 5}),
    "a kind that is none": (EVENT, {"type": ["events"]}),
    "no end of brackets": b"[" * 100_000,
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_refused_in_one_line_and_nothing_of_its_file_is_taken(tmp_path, name):
    broken = BROKEN[name]
    if isinstance(broken, tuple):
        broken = json.dumps({**json.loads(broken[0]), **broken[1]}).encode()
    file = tmp_path / "broken.jsonl"
    file.write_bytes(b"\n".join([HEADER, ATTEMPT, ANSWER, EVENT, broken]))
    with machines(1) as (store,):
        with pytest.raises(UsageProblem, match="Nothing was imported") as caught:
            import_events(store, file)
        assert "\n" not in str(caught.value)
        assert f"{file}:5" in str(caught.value) or name == "binary"  # which holds line ends
        assert export_events(store).splitlines() == [HEADER]


@settings(max_examples=60)
@given(data=st.data())
def test_an_export_that_was_changed_anywhere_is_taken_whole_or_refused(data):
    text = b"\n".join([HEADER, ATTEMPT, ANSWER, EVENT])
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.binary(max_size=3)) + text[place + data.draw(st.integers(0, 40)) :]
    with machines(1) as (store,):
        file = store.home / "changed.jsonl"
        file.write_bytes(changed)
        try:
            imported = import_events(store, file)
        except UsageProblem:
            assert export_events(store).splitlines() == [HEADER]
        else:
            assert len(export_events(store).splitlines()) == 1 + imported.new
            bug_report(store)
            store.exercise_states()


def test_a_folder_is_no_export(tmp_path):
    with machines(1) as (store,), pytest.raises(UsageProblem, match="cannot be read"):
        import_events(store, tmp_path)


IMPORTING = """
import resource, sys
from pathlib import Path
from tutor.errors import UsageProblem
from tutor.progress import Store
from tutor.progress.exchange import import_events
with Store.open(Path(sys.argv[1]), "tiny") as store:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    try:
        import_events(store, Path(sys.argv[2]))
    except UsageProblem as problem:
        print(problem)
"""


@pytest.mark.parametrize("header", [b"", HEADER + b"\n"])
def test_a_huge_file_is_refused_without_being_read_whole(home, tmp_path, header):
    huge = tmp_path / "huge.jsonl"
    huge.write_bytes(header)
    os.truncate(huge, 20 << 30)  # a hole of twenty gigabytes
    command = [sys.executable, "-c", IMPORTING, str(home), str(huge)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert f"longer than {LONGEST_LINE >> 20} MiB" in told.stdout
    assert told.stdout.count("\n") == 1


def test_an_import_that_the_disk_has_no_room_for_changes_nothing(home, tmp_path):
    file = tmp_path / "large.jsonl"
    dice = random.Random(1)
    with machines(1) as (store,):
        for _ in range(40):
            store.record_attempt(verdict("a"), source=dice.randbytes(20_000))
        file.write_bytes(export_events(store))
    limit = (
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)); signal.signal({25}, signal.SIG_IGN)"
    )
    script = IMPORTING.replace("import resource", "import resource, signal").replace(
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))", limit
    ).replace("UsageProblem", "EnvironmentProblem")  # fmt: skip
    command = [sys.executable, "-c", script, str(home), str(file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.count("\n") == 1
    assert "this was not saved" in told.stdout
    with Store.open(home, "tiny") as store:
        assert export_events(store).splitlines() == [HEADER]
        assert import_events(store, file).new == 40


def test_the_header_names_the_format_that_other_versions_read():
    assert json.loads(HEADER) == {"schema": SCHEMA}
