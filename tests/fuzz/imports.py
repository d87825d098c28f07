"""What is brought in from elsewhere: progress, courses, the submissions of a class, messages of assistants."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.cli.conftest import environment, write_course
from tests.fuzz.content import ALL, MORE, YAML, changes
from tests.fuzz.ground import PATIENCE, Case, Ground, fresh
from tests.fuzz.hostile import CANARY, changed, either, mangled, texts, values
from tests.progress.world import verdict
from tutor.assist.verdicts import describe
from tutor.classroom.archives import Archives, Unreadable
from tutor.classroom.finding import find_submissions
from tutor.classroom.similar import tokens
from tutor.cli.verdict_text import verdict_text
from tutor.compute.process import cpu_seconds
from tutor.course import Content, load_content
from tutor.course.library import add, bring, review
from tutor.grading import Verdict
from tutor.paths import ContentRoot
from tutor.progress import Store, standing
from tutor.progress.exchange import export_events, import_events
from tutor.progress.report import progress_document


def cases(ground: Ground) -> Iterator[Case]:
    """All of this border."""
    course = load_content(
        ContentRoot(write_course(fresh(ground.place / "course"), MORE)), index=ground.place / "index"
    )
    exported = _some_progress(ground, course)
    yield Case("progress", _exports(exported), lambda data: merged(ground, course, data), 2)
    yield Case("course archives", archives, lambda data: added(ground, data), 2)
    yield Case("a class's archive", classes, lambda data: found_in_archive(ground, course, data), 3)
    yield Case("a class's folder", folders, lambda files: found_in_folder(ground, course, files), 2)
    yield Case("a class's manifest", manifests, lambda data: found_by_manifest(ground, course, data), 1)
    server = ground.keep(Server(ground))
    yield Case("messages to MCP", messages, server.tell, 2, clock=server.seconds)


# --- progress ------------------------------------------------------------------------------------------


def _some_progress(ground: Ground, course: Content) -> bytes:
    with Store.open(ground.place / "exporting", course.id) as store:
        store.record_attempt(verdict("doubling", "passed"), source=b"x = 1", grader_hash="abc")
        store.record_attempt(
            verdict("doubling", "failed", misconception="returns-the-input"), source=b"x = 2"
        )
        store.record_answer("one-right", "first", "single", 7, "twice", 1.0, 1.0)
        store.record_answer("a-match", "first", "match", 2**70, {"one": "two"}, 0.5, 1.0)
        for kind, subject, data in (
            ("hint", "doubling", {}),
            ("step", "first", {"step": "why"}),
            ("placed", "first", {}),
        ):
            store.record_event(kind, subject, data)
        return export_events(store)


def _exports(exported: bytes) -> st.SearchStrategy[bytes]:
    lines = [json.loads(line) for line in exported.splitlines()]
    later = changed(lines[1:]).map(lambda it: [lines[0], *it] if isinstance(it, list) else [lines[0], it])
    one = (
        st.sampled_from(lines[1:])
        .flatmap(lambda line: changed(line, 2))
        .map(lambda it: [lines[0], *lines[1:3], it])
    )
    return either(
        *(
            made.map(lambda them: b"\n".join(json.dumps(it).encode() for it in them))
            for made in (later, one, changed(lines))
        ),
        mangled(exported),
    )


def merged(ground: Ground, course: Content, data: bytes) -> None:
    """`tutor import`, and then all that reads progress: what was let in must not be stumbled over later."""
    file = ground.place / "progress.jsonl"
    file.write_bytes(data)
    home = fresh(ground.home / "progress")
    with Store.open(home, course.id) as store:
        import_events(store, file)
        json.dumps(progress_document(course, store), allow_nan=False)
        standing(course, store)
        for exercise in course.exercises:
            for attempt in store.attempts(exercise.id):
                assert attempt.misconceptions is not None
                assert attempt.cpu_only in (True, False)
                Verdict.from_json(dict(attempt.verdict_json))
                describe(attempt)
                verdict_text(attempt.verdict_json)
        again = export_events(store)
    with Store.open(fresh(ground.home / "other"), course.id) as store:
        file.write_bytes(again)
        import_events(store, file)  # what it exports it imports
        assert export_events(store) == again


# --- zip files -----------------------------------------------------------------------------------------

_NAMES = (
    "../evil.py",
    "../../evil.py",
    CANARY,
    "C:\\evil",
    "a/../../evil",
    "..",
    ".",
    "",
    "/",
    "\\..\\evil",
    "lessons/../../x",
    "a" * 300 + ".py",
    "\0.py",
    "x\0y.py",
    "\x1b[2J.py",
    "\u202e.py",
    "🙂.py",
    "con.py",
    " .py",
    "lessons",
    "lessons/course.yaml/x",
    "Lessons/course.yaml",
    "~/x.py",
    "-rf.py",
    ".git/hooks/post-checkout",
    "doubling.py/",
    "a//b.py",
    "./doubling.py",
    "x.zip",
    "/".join(["deep"] * 300) + "/x.py",
    "submission_metadata.yml",
    "manifest.csv",
    "a/__MACOSX/x.py",
    "ada_1_2_doubling.py",
)
_names = either(st.sampled_from(_NAMES), st.sampled_from(_NAMES), texts)
_bodies = either(
    st.sampled_from(
        [
            b"",
            b"def double(x):\n    return 2 * x\n",
            b"\0" * 3_000_000,
            b"x = '" + b"a" * 200_000,
            bytes(range(256)) * 9,
        ]
    ),
    st.binary(max_size=60),
)
_kinds = st.sampled_from(
    [0, 0, 0, 0o100644, 0o120777, 0o040755, 0o010644, 0o020644, 0o060644, 0o140644, 0o170000]
)
_members = st.lists(st.tuples(_names, _bodies, _kinds, st.sampled_from([0, 0, 8, 12, 14])), max_size=5)


def packed(members: Any) -> bytes:
    """A zip file of (name, bytes, mode, method), whatever they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data, mode, method in members:
            with contextlib.suppress(ValueError, UnicodeEncodeError, struct.error):
                info = zipfile.ZipInfo("x")
                info.filename = name  # as it stands, which the constructor would tidy up
                info.external_attr, info.compress_type = mode << 16, method
                archive.writestr(info, data)
    return made.getvalue()


_FIELDS = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06")


@st.composite
def _damaged(draw: Any, whole: bytes) -> bytes:
    """A zip file some of whose header fields are others: sizes, offsets, methods, flags, counts."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = data.find(draw(st.sampled_from(_FIELDS)), draw(st.integers(0, max(0, len(data) - 1))))
        if at >= 0:
            at += draw(st.integers(4, 45))
            data[at : at + 4] = draw(
                either(st.binary(min_size=1, max_size=4), st.sampled_from([b"\xff" * 4, b"\0" * 4]))
            )
    return bytes(data)


def _course_files(given: tuple[str, bytes]) -> dict[str, bytes]:
    files = {name: text.encode() for name, text in ALL.items()}
    return {**files, given[0]: given[1]}


_whole = st.tuples(changes({name: text.encode() for name, text in YAML.items()}), st.booleans()).map(
    lambda given: [
        (name, data, 0, 8)
        for name, data in (_course_files(given[0]) if given[1] else _course_files(("README", b""))).items()
    ]
)
_zips = either(
    _members.map(packed),
    st.tuples(_whole, _members).map(lambda both: packed([*both[0], *both[1]])),
    st.tuples(_whole, _members).map(
        lambda both: packed([(f"top/{name}", *rest) for name, *rest in [*both[0], *both[1]]])
    ),
)
archives = either(_zips, _zips.flatmap(_damaged), _zips.flatmap(lambda data: mangled(data, 1)))


def added(ground: Ground, data: bytes) -> None:
    """`tutor course add FILE.zip --yes`."""
    file = ground.place / "course.zip"
    file.write_bytes(data)
    try:
        with bring(str(file)) as folder:
            found = review(folder)
            kept = add(found, folder, str(file))
            assert kept.folder.parent == ground.home / "courses"
    finally:
        shutil.rmtree(ground.home / "courses", ignore_errors=True)


# --- a class -------------------------------------------------------------------------------------------

_METADATA = ("submission_metadata.yml", b"submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: 7\n", 0, 8)
_handed_in = st.lists(
    st.tuples(
        either(
            st.sampled_from(
                [
                    "ada/doubling.py",
                    "bob/doubling.py",
                    "submission_1/doubling.py",
                    "eve_12_34_doubling.py",
                    "x/a.zip",
                    "hw1-ada/doubling.py",
                    "Ada Lovelace_1_assignsubmission_file_/doubling.py",
                ]
            ),
            _names,
        ),
        _bodies,
        _kinds,
        st.sampled_from([0, 8]),
    ),
    min_size=1,
    max_size=6,
)
_nested = _handed_in.map(packed).map(
    lambda data: [("eve/a.zip", data, 0, 8), ("eve/b.zip", packed([("c.zip", data, 0, 8)]), 0, 0)]
)
_metadata = mangled(_METADATA[1]).map(lambda data: [("submission_metadata.yml", data, 0, 8)])
_class = st.tuples(_handed_in, either(st.just([]), _nested, _metadata, st.just([_METADATA]))).map(
    lambda both: [*both[0], *both[1]]
)
classes = either(
    _class.map(packed),
    _class.map(packed).flatmap(_damaged),
    _class.map(packed).flatmap(lambda data: mangled(data, 1)),
)


def _read_all(where: Path, course: Content) -> None:
    zips = Archives()
    try:
        finding = find_submissions(where, course, zips)
        for found in finding.submissions:
            assert found.place is not None or found.reason
            assert "\x1b" not in found.student + found.file + found.reason
            if found.place is not None:
                with contextlib.suppress(Unreadable):
                    list(tokens(found.place.read().data.decode("utf-8", "replace")))
    finally:
        zips.close()


def found_in_archive(ground: Ground, course: Content, data: bytes) -> None:
    """What `tutor grade CLASS.zip` finds and reads of it."""
    file = ground.place / "class.zip"
    file.write_bytes(data)
    _read_all(file, course)


_leaves = st.sampled_from(["file", "file", "link", "link up", "fifo", "folder", "locked", "zip"])
folders = st.lists(
    st.tuples(
        either(st.sampled_from(["ada/doubling.py", "bob/doubling.py", "eve/a.zip"]), _names), _bodies, _leaves
    ),
    max_size=6,
)


def found_in_folder(ground: Ground, course: Content, files: list[tuple[str, bytes, str]]) -> None:
    """What `tutor grade FOLDER` finds and reads: links, pipes and what may not be read among them."""
    folder = fresh(ground.place / "class")
    for name, data, kind in files:
        path = folder / name.lstrip("/")
        # Each name once: a second file would be written through the link that the first one is.
        if (
            ".." in path.parts
            or len(path.parts) > 60
            or "\0" in name
            or os.path.lexists(path)
            or path.parent.resolve() != path.parent
        ):
            continue
        with contextlib.suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            _plant(path, data, kind)
    try:
        _read_all(folder, course)
    finally:
        for path, _, _ in os.walk(folder):
            os.chmod(path, 0o700)


def _plant(path: Path, data: bytes, kind: str) -> None:
    if kind == "link":
        path.symlink_to(CANARY)
    elif kind == "link up":
        path.symlink_to("..")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(packed([("x.py", data, 0, 8)]) if kind == "zip" else data)
        if kind == "locked":
            path.chmod(0)


_MANIFEST = b'student,file,exercise,number\nAda,doubling.py,,1\n"Bob, jr.",sub/b.py,doubling,2\n'
manifests = either(
    mangled(_MANIFEST),
    st.lists(st.lists(either(_names, texts), min_size=1, max_size=6), max_size=4).map(
        lambda rows: "\n".join(["student,file,exercise,number", *(",".join(row) for row in rows)]).encode(
            "utf-8", "surrogatepass"
        )
    ),
    st.binary(max_size=40),
)


def found_by_manifest(ground: Ground, course: Content, data: bytes) -> None:
    """What `tutor grade manifest.csv` finds and reads."""
    folder = ground.place / "listed"
    if not folder.exists():
        (folder / "sub").mkdir(parents=True)
        (folder / "doubling.py").write_bytes(b"def double(x):\n    return 2 * x\n")
        (folder / "sub/b.py").symlink_to(CANARY)
    file = folder / "manifest.csv"
    file.write_bytes(data)
    _read_all(file, course)


# --- MCP -----------------------------------------------------------------------------------------------

_METHODS = st.sampled_from(
    [
        "tools/call",
        "tools/list",
        "resources/read",
        "resources/list",
        "prompts/get",
        "prompts/list",
        "ping",
        "initialize",
        "completion/complete",
        "logging/setLevel",
        "notifications/cancelled",
        "notifications/initialized",
        "x",
    ]
)
_TOOLS = st.sampled_from(
    [
        "list_lessons",
        "read_step",
        "ask_question",
        "answer_question",
        "show_brief",
        "next_hint",
        "show_solution",
        "nope",
    ]
)
_call = st.fixed_dictionaries(
    {
        "name": _TOOLS,
        "arguments": st.dictionaries(
            st.sampled_from(["lesson", "step", "item", "seed", "answer", "exercise"]), values, max_size=4
        ),
    }
)
_fitting = st.sampled_from(
    [
        {"name": "read_step", "arguments": {"lesson": "first"}},
        {"name": "ask_question", "arguments": {"lesson": "first"}},
        {
            "name": "answer_question",
            "arguments": {"lesson": "first", "item": "a-number", "seed": 1, "answer": "8 bytes"},
        },
        {"name": "show_brief", "arguments": {"exercise": "doubling"}},
        {"uri": "tutor://lessons/first"},
        {"uri": f"file://{CANARY}"},
        {"name": "beginner", "arguments": {"lesson": "first"}},
    ]
)
_message = st.fixed_dictionaries(
    {
        "jsonrpc": either(st.just("2.0"), st.just("2.0"), st.just("2.0"), values),
        "method": either(_METHODS, _METHODS, texts),
    },
    optional={
        "id": either(st.integers(1, 9), values),
        "params": either(_fitting, _call, _fitting.flatmap(changed), values),
    },
)
_lines = either(
    _message.map(lambda it: json.dumps(it).encode()),
    _message.map(lambda it: json.dumps(it).encode()),
    _message.flatmap(lambda it: mangled(json.dumps(it).encode(), 1)),
    st.binary(max_size=30),
)
messages = _lines.map(lambda line: line.replace(b"\n", b" "))


class Server:
    """`tutor mcp` as a real process, which must go on answering whatever it is told. A context manager."""

    def __init__(self, ground: Ground) -> None:
        self._environment = environment(fresh(ground.home / "mcp"), ground.place / "course")
        self._errors = ground.place / "mcp.stderr"
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 10**6
        self._unread = b""

    def __enter__(self) -> Server:
        self._start()
        return self

    def __exit__(self, *problem: object) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def seconds(self) -> float:
        """CPU seconds that it has taken."""
        assert self._process is not None
        return cpu_seconds(self._process.pid) or 0.0

    def tell(self, line: bytes) -> None:
        """One message, and a ping, which must be answered within the limit."""
        assert self._process is not None
        if self._process.poll() is not None:
            self._start()
        assert self._process.stdin is not None
        self._asked += 1
        ping = json.dumps({"jsonrpc": "2.0", "id": self._asked, "method": "ping"}).encode()
        try:
            self._process.stdin.write(line + b"\n" + ping + b"\n")
            self._process.stdin.flush()
            self._await(self._asked, PATIENCE / 2)
        except (AssertionError, OSError):
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"it does not answer any more: {self._said()[-300:]}") from None
        assert "Traceback" not in self._said(), self._said()[-600:]

    def _start(self) -> None:
        self._unread = b""
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tutor", "mcp"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._environment,
                cwd=Path(__file__).parents[2],
            )
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "fuzz", "version": "1"},
            },
        }
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps(hello).encode() + b'\n{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
        )
        self._process.stdin.flush()
        self._await(1, 60)

    def _await(self, number: int, seconds: float) -> None:
        """Reads until this request is answered."""
        assert self._process is not None
        assert self._process.stdout is not None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            line, found, rest = self._unread.partition(b"\n")
            if found:
                self._unread = rest
                if json.loads(line).get("id") == number:
                    return
                continue
            if select.select([self._process.stdout], [], [], 0.05)[0]:
                chunk = os.read(self._process.stdout.fileno(), 1 << 16)
                assert chunk, "its output ended"
                self._unread += chunk
        raise AssertionError(f"no answer within {seconds:g} s")

    def _said(self) -> str:
        return self._errors.read_text("utf-8", "replace")
