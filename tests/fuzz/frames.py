"""What crosses between processes: a hostile worker's frames, the judge's, and what a class keeps of verdicts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import socket
import sqlite3
import struct
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.ground import Case, Ground
from tests.fuzz.hostile import changed, either, mangled, numbers, texts, values
from tutor.assist.verdicts import describe_verdict
from tutor.classroom.jobs import Key, Outcome
from tutor.classroom.journal import Journal, Rate
from tutor.classroom.plan import plan
from tutor.classroom.rows import figures
from tutor.classroom.signing import check, signed
from tutor.cli.verdict_text import verdict_text
from tutor.course import LoadedExercise, load_content
from tutor.errors import GraderFault, UsageProblem
from tutor.grading import assemble
from tutor.grading.junit import junit_suite
from tutor.grading.proxy import Connection, SolutionError, SolutionLost
from tutor.grading.run import Run
from tutor.grading.submission import from_bytes
from tutor.grading.verdict import Verdict
from tutor.paths import ContentRoot
from tutor.sandbox import values as crossing
from tutor.sandbox import wire
from tutor.sandbox.arena import Arena, create_descriptor
from tutor.sandbox.channel import Channel
from tutor.sandbox.tensors import DTYPES, ArenaTensors

COURSE = Path(__file__).parents[1] / "grading/course"
HALF = 1 << 16
SUBMISSION = from_bytes(b"def halve(x):\n    return x / 2\n", Path("halve.py"))


def cases(ground: Ground) -> Iterator[Case]:
    """All of this border."""
    exercise = load_content(ContentRoot(COURSE), index=ground.place / "index").exercise("halve")
    loop = ground.keep(asyncio.Runner())
    yield Case("bodies of frames", bodies, unpacked, 2)
    yield Case(
        "streams of frames", st.tuples(streams, st.booleans()), lambda given: received(loop, *given), 2
    )
    descriptor = create_descriptor(HALF)
    tensors = ArenaTensors(Arena(descriptor, judge=True), copy=True)
    yield Case("values and tensors", encoded, lambda given: decoded(tensors, given), 2)
    worker = ground.keep(Worker(descriptor))
    yield Case("a worker's answers", answers, lambda given: answered(worker, exercise, given), 3)
    yield Case("the judge's frames", stories, lambda story: told(loop, exercise, story), 2)
    yield Case("a class's journal", journals, lambda given: reopened(ground, *given), 0.5)
    yield Case("signed results", signatures(ground), lambda data: verified(ground, data), 0.5)


# --- frames ----------------------------------------------------------------------------------------

FRAME = {
    "id": 1,
    "nonce": "0123456789abcdef",
    "value": {"t": "tuple", "v": [{"t": "int", "v": "3"}, {"t": "none"}]},
}
WHOLE = json.dumps(FRAME).encode()
bodies = either(
    changed(FRAME).map(lambda frame: json.dumps(frame).encode()),
    mangled(WHOLE),
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b'"' * 9,
            b"{}",
            b"[]",
            b"1" * 100_000,
            b'{"a":' + b"9" * 5000 + b"}",
        ]
    ),
)
_lengths = st.sampled_from([0, 1, 3, wire.MAX_FRAME, wire.MAX_FRAME + 1, 2**31, 2**32 - 1])


@st.composite
def _streams(draw: Any) -> bytes:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        body = draw(bodies)[:60_000]
        length = draw(either(st.just(len(body)), st.just(len(body)), _lengths))
        parts.append(struct.pack(">I", length) + body)
    return b"".join(parts)


streams = either(_streams(), st.binary(max_size=30))


def unpacked(body: bytes) -> None:
    """A frame, or a breach of the protocol."""
    with contextlib.suppress(wire.WireError):
        frame = wire.unpack(body)
        assert isinstance(frame, dict)


def received(loop: asyncio.Runner, data: bytes, waiting: bool) -> None:
    """A stream that ends: frame by frame, by the judge's way of reading or by the parent's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(target=_write_and_close, args=(theirs, data), daemon=True)
        writer.start()
        try:
            with contextlib.suppress(wire.WireError):
                if waiting:
                    channel = Channel(ours)
                    loop.run(_all_of(channel))
                else:
                    while True:
                        wire.receive(ours)
        finally:
            ours.close()
            writer.join()


def _write_and_close(sock: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)


async def _all_of(channel: Channel) -> None:
    while True:
        await channel.receive()


# --- values and tensors ------------------------------------------------------------------------------

_tensors = st.fixed_dictionaries(
    {
        "t": st.just("tensor"),
        "dtype": either(st.sampled_from(list(DTYPES)), texts),
        "shape": either(st.lists(st.integers(0, 9), max_size=4), st.lists(numbers, max_size=10), values),
        "at": either(
            st.sampled_from([HALF, HALF + 64, 2 * HALF - 64, 0, -64, 2**63, HALF + 1]), numbers, values
        ),
    },
    optional={"strides": st.lists(numbers, max_size=4), "array": values},
)
_plain = st.fixed_dictionaries(
    {
        "t": st.sampled_from(
            ["none", "bool", "int", "float", "str", "tuple", "list", "dict", "tensor", "kept", "x"]
        )
    },
    optional={
        "v": either(
            values, st.sampled_from(["1", "9" * 401, "0x1p9999", "nan", "0x1.8p1", "-0", "١", "1_0", " 1 "])
        )
    },
)
encoded = either(
    _tensors,
    _plain,
    values,
    st.recursive(
        either(_tensors, _plain),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda v: {"t": "list", "v": v})
            | st.lists(inner, max_size=3).map(lambda v: {"t": "tuple", "v": v})
            | st.lists(st.lists(inner, min_size=1, max_size=3), max_size=2).map(
                lambda v: {"t": "dict", "v": v}
            )
        ),
        max_leaves=6,
    ),
)


def decoded(tensors: ArenaTensors, given: Any) -> None:
    """A value that could be sent again, or a malformed one."""
    tensors.new_message()
    with contextlib.suppress(crossing.Malformed):
        value = crossing.decode(given, tensors)
        if _is_plain(value):
            crossing.encode(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, bool | int | float | str)


# --- a worker that answers as it likes ---------------------------------------------------------------


class Worker:
    """The other end of a real `Connection`: a thread that answers with what it was given. A context manager."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.answer: dict[str, Any] | bytes = {}

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *problem: object) -> None:
        os.close(self.descriptor)

    def serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(wire.WireError, OSError):
            request = wire.receive(sock)
            if isinstance(self.answer, bytes):
                sock.sendall(self.answer)
            else:
                frame = {"id": request["id"], "nonce": request["nonce"], **self.answer}
                body = json.dumps(frame).encode()[: wire.MAX_FRAME]
                sock.sendall(struct.pack(">I", len(body)) + body)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


ERROR = {
    "kind": "raised",
    "type": "ValueError",
    "name": "halve",
    "message": "no",
    "signature": "halve(x)",
    "given": 1,
    "defined": ["halve"],
    "frames": [{"line": 2, "name": "halve", "text": "return x / 2"}],
}
_kinds = st.sampled_from(
    ["unwritten", "missing", "not-callable", "arguments", "unsendable", "exit", "syntax", "raised"]
)
_errors = either(
    changed(ERROR, 5),
    values,
    st.fixed_dictionaries({**{key: st.just(value) for key, value in ERROR.items()}, "kind": _kinds}),
    st.fixed_dictionaries({"kind": _kinds}, optional={key: values for key in ERROR if key != "kind"}),
)
answers = st.tuples(
    either(
        st.fixed_dictionaries({"error": _errors}),
        st.fixed_dictionaries({"value": encoded}),
        st.dictionaries(
            st.sampled_from(["id", "nonce", "value", "error", "kept", "type"]), values, max_size=4
        ),
        streams,
    ),
    st.sampled_from(["call", "keep", "load"]),
)


def answered(worker: Worker, exercise: LoadedExercise, given: tuple[Any, str]) -> None:
    """A call that such a worker answers; what comes of it becomes a verdict in every form that it is shown in."""
    answer, how = given
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    with ours, theirs:
        worker.answer = answer
        thread = threading.Thread(target=worker.serve, args=(theirs,), daemon=True)
        thread.start()
        result: dict[str, Any] = {"outcome": "passed"}
        try:
            connection = Connection(
                ours, Arena(worker.descriptor, judge=True), os.getpid(), lambda name: None
            )
            if how == "load":
                connection.load(b"x = 1", "halve.py")
            else:
                connection.call("halve", (1.5, "a"), keep=how == "keep")
        except SolutionError as problem:
            result = {"outcome": "error", "error": problem.error}
        except SolutionLost as problem:
            lost = {"name": problem.name, "why": problem.why[:300], "pid": problem.pid}
            result = {"outcome": "error", "lost": lost}
        finally:
            ours.close()
            thread.join()
    described = {"id": "halves", "title": "It halves", "required": True, "cuda": False}
    frame = wire.unpack(wire.pack({"check": {**described, "measurements": [], **result}})[wire.HEADER.size :])
    heard = SimpleNamespace(**_nothing_heard(), checks=[frame["check"]])
    shown(assemble.verdict(exercise, SUBMISSION, "cpu", heard, 0.1))  # type: ignore[arg-type]


def _nothing_heard() -> dict[str, Any]:
    from dataclasses import asdict

    from tutor.grading.run import Heard

    return {key: value for key, value in asdict(Heard()).items() if key != "checks"}


def shown(verdict: Verdict) -> None:
    """A verdict in every form: JSON, text, JUnit, for an assistant, for a gradebook, and read again."""
    document = json.loads(json.dumps(verdict.to_json(), allow_nan=False))
    assert document["verdict"] != "passed" or all(check.outcome == "passed" for check in verdict.checks)
    assert Verdict.from_json(document).to_json() == document
    told = verdict_text(document)
    assert "\x1b" not in told
    assert "\0" not in told
    junit_suite(document)
    describe_verdict(document)
    figures(Outcome(document))


# --- the judge's own stream ----------------------------------------------------------------------------

_CHECK = {
    "id": "halves",
    "title": "It halves",
    "required": True,
    "cuda": False,
    "outcome": "failed",
    "measurements": [{"name": "error", "value": 0.5, "limit": 0.1, "unit": "of it", "better": "lower"}],
    "failure": {"expected": "at most 0.1", "came": "0.5", "misconception": None},
}
STORY = [
    {"collected": [{"id": "halves", "title": "It halves", "required": True, "cuda": False}]},
    {"protections": {"namespaces": "active", "root": "unavailable: none"}},
    {"loaded": True},
    {"calling": "halve"},
    {"working": {"note": "reading", "number": 1, "of": 2}},
    {"check": _CHECK},
    {"check": {**_CHECK, "id": "other", "outcome": "error", "error": ERROR}},
    {
        "table": {
            "title": "Layers",
            "columns": ["layer", "error"],
            "rows": [["a", 0.5]],
            "plot": ["layer", "error"],
        }
    },
    {
        "done": {
            "payload_bytes": 8,
            "peak_host_bytes": 1,
            "told_device_bytes": None,
            "touched": [1, 2],
            "heap_bytes": 3,
            "draws": {"halves": [["normal", [2, 3]]]},
        }
    },
]
stories = either(changed(STORY, 1), changed(STORY, 3), st.just(STORY))


def told(loop: asyncio.Runner, exercise: LoadedExercise, story: Any) -> None:
    """What a judge that went wrong says: a verdict, or a fault of the grader. Never an error that nobody named."""
    if not (isinstance(story, list) and all(isinstance(frame, dict) for frame in story)):
        return
    ours, theirs = socket.socketpair()
    with ours, theirs, contextlib.suppress(wire.WireError, ValueError, RecursionError):
        data = b"".join(_framed(frame) for frame in story)
        writer = threading.Thread(target=_write_and_close, args=(theirs, data), daemon=True)
        writer.start()
        try:
            # What an honest judge says is understood; so this case can fail in both ways.
            with (
                contextlib.nullcontext()
                if json.dumps(story) == json.dumps(STORY)
                else contextlib.suppress(GraderFault)
            ):
                heard = loop.run(_heard(ours, exercise))
                verdict = assemble.verdict(exercise, SUBMISSION, "cpu", heard, 0.1)
                shown(verdict)
        finally:
            ours.close()
            writer.join()


def _framed(frame: Any) -> bytes:
    body = json.dumps(frame).encode()
    return struct.pack(">I", len(body)) + body


async def _heard(sock: socket.socket, exercise: LoadedExercise) -> Any:
    """`Run` as it listens, with a team of which only the judge's channel is there."""
    worker = SimpleNamespace(cpu_seconds=lambda: 0.0, group_state="unavailable: none")
    team = SimpleNamespace(exercise=exercise, device="cpu", channel=Channel(sock), workers=[worker])
    team.send_fresh_worker = partial(asyncio.sleep, 0)
    run = Run(team, SUBMISSION, seed=1, on_frame=lambda heard, frame: None)  # type: ignore[arg-type]
    await run._read()
    return run._heard


# --- what a class keeps ----------------------------------------------------------------------------------

KEY = Key("halve", "0" * 64, "1" * 64, "cpu")
_cells = either(
    values.map(
        lambda value: value if isinstance(value, str | bytes | int | float | None) else json.dumps(value)
    ),
    st.binary(max_size=9),
)
_verdicts = changed(
    {
        "verdict": "failed",
        "checks": [
            {"id": "a", "outcome": "failed", "required": True, "message": "no", "misconception": None}
        ],
        "usage": {"peak_host_bytes": 1},
        "seconds": 0.5,
        "message": "no",
    }
).map(json.dumps)
_changes = either(
    st.tuples(st.just("UPDATE gradings SET verdict = ?"), either(_verdicts, _cells)),
    st.tuples(
        st.sampled_from(
            [
                "UPDATE gradings SET message = ?",
                "UPDATE gradings SET exit_code = ?",
                "UPDATE secret SET bytes = ?",
                "UPDATE runs SET workers = ?",
                "UPDATE runs SET seconds = ?",
                "UPDATE runs SET graded = ?",
                "UPDATE runs SET engine = ?",
                "DELETE FROM secret WHERE ? IS NOT 0.25",
                "DROP TABLE gradings -- ?",
                "DROP TABLE runs -- ?",
                "DROP TABLE secret -- ?",
                "ALTER TABLE runs DROP COLUMN graded -- ?",
                "PRAGMA user_version = 9 -- ?",
                "PRAGMA application_id = 9 -- ?",
            ]
        ),
        _cells,
    ),
)
journals = st.tuples(
    st.lists(_changes, max_size=2),
    either(st.none(), st.none(), st.integers(0, 2**31)),
    st.binary(max_size=60),
)


def reopened(ground: Ground, statements: list[tuple[str, Any]], at: int | None, data: bytes) -> None:
    """A journal that another hand changed, as rows or as bytes, taken up again."""
    file = ground.place / "class.journal"
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
        (ground.place / name).unlink(missing_ok=True)
    with Journal(file) as journal:
        journal.record(KEY, Outcome({"verdict": "passed", "checks": [], "seconds": 0.1}))
        journal.note_run(Rate("local", 2, 10.0, 30, 9.0))
    _meddle(file, statements, at, data)
    with Journal(file) as journal:
        outcome = journal.outcome(KEY)
        if outcome is not None:
            figures(outcome)
        assert journal.seed(KEY) >= 0
        assert len(journal) >= 0
        plan(100, journal.rates(), 1000, len(journal)).to_json()


def _meddle(file: Path, statements: list[tuple[str, Any]], at: int | None, data: bytes) -> None:
    connection = sqlite3.connect(file)
    for statement, value in statements:
        # What SQLite itself can't hold is nothing that a hand could have put there.
        with contextlib.suppress(sqlite3.Error, OverflowError, UnicodeEncodeError):
            connection.execute(statement, () if "--" in statement else (value,))
    connection.commit()
    connection.close()
    if at is not None:
        whole = bytearray(file.read_bytes())
        at %= len(whole)
        whole[at : at + len(data)] = data
        file.write_bytes(whole)


def signatures(ground: Ground) -> st.SearchStrategy[bytes]:
    """A signed verdict, changed."""
    document = {
        "exercise": "halve",
        "verdict": "passed",
        "solution": {"path": "halve.py", "sha256": SUBMISSION.sha256},
    }
    whole = signed(document, {"course": "c", "version": "1", "grader_hash": "0"}, ground.home)
    book = {"schema": "tutor.gradebook/1", "file": "book.csv", "sha256": "0" * 64, "rows": 3}
    both = [whole, signed(book, {"course": "c"}, ground.home)]
    changes = [changed(json.loads(one)).map(lambda it: json.dumps(it).encode()) for one in both]
    # Of what the document says any may differ and still be signed, as by a hostile signer.
    resigned = (
        either(changed(document), changed(book))
        .filter(lambda it: isinstance(it, dict))
        .map(lambda it: _signed(it, ground.home))
    )
    return either(*changes, *(mangled(one) for one in both), resigned)


def _signed(document: Any, home: Path) -> bytes:
    try:
        return signed(document, {"course": "c", "grader_hash": document.get("sha256", 1)}, home)
    except ValueError:  # NaN, which nothing signs
        return b""


def verified(ground: Ground, data: bytes) -> None:
    """`tutor verify`, with and without the file that is said to be graded."""
    from tutor.cli.verifying import _text

    file, solution = ground.place / "result.json", ground.place / "halve.py"
    file.write_bytes(data)
    solution.write_bytes(SUBMISSION.data)
    with contextlib.suppress(UsageProblem):
        check(file, solution=solution, key="ab")
    checked = check(file)
    assert math.isfinite(len(checked.problems))
    assert "\x1b" not in _text(checked, None)
