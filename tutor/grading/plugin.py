"""The pytest plugin of the judge: fixtures for hidden checks, and a report of each result by wire."""

from __future__ import annotations

import base64
import contextlib
import inspect
import os
import socket
import sys
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tutor.grading.checks import CheckFailed, Expect, Measure, payload_bytes
from tutor.grading.draw import Draw, Order, draw_ahead
from tutor.grading.proxy import Connection, Solution, SolutionError, SolutionLost
from tutor.grading.verdict import Table
from tutor.sandbox import wire
from tutor.sandbox.arena import Arena
from tutor.sandbox.warm import touch_heap, touch_libraries

JUDGE_COPIES = 6
"""How many tensors of an input's size a check holds at once, about: that much heap a spare judge makes ready."""


class Session:
    """One grading as the judge sees it: the submission, its workers, and the parent that listens."""

    def __init__(self, report: socket.socket, team: wire.Frame, descriptors: list[int]) -> None:
        self._report = report
        self.device = str(team["device"])
        self.model = str(team["model"])
        self._processes: dict[str, str] = team["processes"]
        self._populate: tuple[int, int] = (int(team["populate"][0]), int(team["populate"][1]))
        self._source, self._path = b"", ""
        pairs = zip(descriptors[::2], descriptors[1::2], team["worker_pids"], strict=True)
        self._connections = {
            process: self._connect(*pair) for process, pair in zip(("first", "second"), pairs, strict=True)
        }
        self._failure: SolutionError | SolutionLost | None = None
        self._peak: int | None = None
        self._told_loaded = False
        self._heap_bytes = int(team["heap_bytes"])
        self._seed = int(team["seed"])
        self._draws: dict[str, Draw] = {}
        if team["spare"]:
            touch_libraries()
            self._draws = draw_ahead(self._seed, _orders(team["draws"]))
            touch_heap(JUDGE_COPIES * self._populate[0])

    def begin(self, start: wire.Frame) -> None:
        """Takes the submission. A seed of its own is for who proves a grader."""
        self._path = str(start["path"])
        if start["seed"] is not None and int(start["seed"]) != self._seed:
            self._seed, self._draws = int(start["seed"]), {}
        self._source = base64.b64decode(start["source"])

    def draw(self, check: str) -> Draw:
        """The inputs of one check."""
        return self._draws.setdefault(check, Draw(self._seed, check))

    @property
    def source(self) -> bytes:
        return self._source

    def tell(self, frame: wire.Frame) -> None:
        wire.send(self._report, frame)

    def tell_table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
        """Adds a table to the verdict."""
        self.tell({"table": Table(title, tuple(columns), tuple(map(tuple, rows))).to_json()})

    def solution(self) -> Solution:
        """The learner's functions, in this grading's two processes."""
        return Solution(self._processes, self._connection)

    def load(self) -> None:
        """Runs the learner's file in the first process.

        Raises:
            SolutionError, SolutionLost: it does not load; from then on every check has this answer.
        """
        if self._failure is not None:
            raise self._failure
        try:
            self._connection("first")
        except (SolutionError, SolutionLost) as failure:
            self._failure = failure
            raise
        if not self._told_loaded:
            self._told_loaded = True
            self.tell({"loaded": True})

    def peak_memory(self, name: str, *arguments: Any) -> tuple[Any, int]:
        """One call in a fresh process, and the growth of its peak resident memory in bytes.

        Raises:
            SolutionError: the call raised.
            SolutionLost: the process is gone, also where it answered first: then nothing was measured.
        """
        self.tell({"fresh": True})
        answer, descriptors = wire.receive_with_descriptors(self._report)
        connection = self._connect(descriptors[0], descriptors[1], int(answer["pid"]))
        connection.load(self._source, self._path)
        result = connection.call(name, arguments)
        growth = connection.peak_growth()
        if growth is None and sys.platform == "linux":
            raise SolutionLost(name, "its process was gone before its memory was measured")
        growth = growth or 0
        self._peak = max(growth, self._peak or 0)
        return result, growth

    def finish(self) -> None:
        """The last word to the parent."""
        connections = self._connections.values()
        growths = [connection.peak_growth() for connection in connections]
        known = [self._heap_bytes + growth for growth in growths if growth is not None]
        touched = [connection.touched for connection in connections]
        self.tell(
            {
                "done": {
                    "payload_bytes": self._connections["first"].payload_bytes,
                    "peak_host_bytes": max(known, default=None) if self._peak is None else self._peak,
                    "heap_bytes": max(known, default=0),
                    "touched": [max(request for request, _ in touched), max(reply for _, reply in touched)],
                    "draws": {check: draw.orders for check, draw in self._draws.items()},
                }
            }
        )

    def _connection(self, process: str) -> Connection:
        connection = self._connections[process]
        connection.load(self._source, self._path)
        return connection

    def _connect(self, descriptor: int, arena_descriptor: int, pid: int) -> Connection:
        """Maps a worker's arena and hears which layers confine it; all that can be done before there is a file."""
        arena = Arena(arena_descriptor, judge=True, populate=self._populate)
        os.close(arena_descriptor)
        sock = socket.socket(fileno=descriptor)
        connection = Connection(sock, arena, pid, lambda name: self.tell({"calling": name}))
        self.tell({"protections": connection.receive_protections()})
        return connection


class GradingPlugin:
    """Hooks and fixtures. One instance judges one submission, which comes once the checks are collected."""

    def __init__(self, report: socket.socket) -> None:
        self._report = report
        self._begun: Session | None = None
        self._broken = ""
        self._finished = False
        self._measures: dict[str, Measure] = {}

    @property
    def _session(self) -> Session:
        assert self._begun is not None, "checks run only after the submission has come"
        return self._begun

    def finish(self) -> None:
        """Says, once, that all is said, or that the checks themselves are broken."""
        if self._finished:
            return
        self._finished = True
        if self._broken:
            wire.send(self._report, {"fault": self._broken})
        elif self._begun is not None:
            self._begun.finish()

    # --- fixtures: the vocabulary of docs/architecture.md ---

    @pytest.fixture
    def solution(self) -> Solution:
        return self._session.solution()

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        return self._session.draw(request.node.name)

    @pytest.fixture
    def measure(self, request: pytest.FixtureRequest) -> Measure:
        return self._measures.setdefault(request.node.nodeid, Measure())

    @pytest.fixture
    def expect(self) -> Expect:
        return Expect()

    @pytest.fixture
    def source(self) -> bytes:
        """The submitted file, to be looked at as text."""
        return self._session.source

    @pytest.fixture
    def model_folder(self) -> Path:
        """Where the language model lies that the exercise is graded on, as transformers loads it."""
        return Path(self._session.model)

    @pytest.fixture
    def working(self) -> Callable[[str, int, int], None]:
        """``working(note, number, of)`` says how far a check is that takes long."""
        return lambda note, number, of: self._session.tell(
            {"working": {"note": note, "number": number, "of": of}}
        )

    @pytest.fixture
    def table(self) -> Callable[..., None]:
        """``table(title, columns, rows)`` puts a table into the verdict: strings and numbers, no hidden input."""
        return self._session.tell_table

    @pytest.fixture
    def device(self) -> str:
        return self._session.device.partition(":")[0]

    @pytest.fixture
    def peak_memory(self) -> Callable[..., tuple[Any, int]]:
        return self._session.peak_memory

    @pytest.fixture(name="payload_bytes")
    def payload_bytes_(self) -> Callable[[object], int]:
        return payload_bytes

    # --- hooks ---

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "optional: a check that is not required for a pass")
        config.addinivalue_line("markers", "cuda: required on CUDA; listed as skipped elsewhere")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        wire.send(self._report, {"collected": [self._describe(item) for item in session.items]})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken = f"the checks can't be collected: {report.longreprtext[-1500:]}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Waits for the submission, has pytest run the checks, and says the last word: nobody waits for pytest to
        tidy up."""
        if not self._broken:
            self._await_submission()
        result = yield
        self.finish()
        return result

    def _await_submission(self) -> None:
        frame, descriptors = wire.receive_with_descriptors(self._report)
        self._begun = Session(self._report, frame["team"], descriptors)
        self._begun.begin(wire.receive(self._report)["start"])
        with contextlib.suppress(SolutionError, SolutionLost):  # each check answers for itself
            self._session.load()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.get_closest_marker("cuda") and not self._session.device.startswith("cuda"):
            pytest.skip("needs a CUDA device")
        self._session.load()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, None]:
        yield
        problem = call.excinfo.value if call.excinfo is not None else None
        if call.when == "teardown" or (call.when == "setup" and problem is None):
            if problem is not None:
                self._broken = f"{item.name}: {problem!r}"[:1500]
            return
        self._session.tell({"check": self._result(item, problem)})

    @pytest.hookimpl(tryfirst=True)
    def pytest_exception_interact(self) -> None:
        """Nothing is printed of a failure; the frame says it all."""

    def _result(self, item: pytest.Item, problem: BaseException | None) -> wire.Frame:
        result = self._describe(item)
        measure = self._measures.get(item.nodeid)
        result["measurements"] = [m.to_json() for m in measure.worst.values()] if measure else []
        result["outcome"] = "passed"
        if isinstance(problem, CheckFailed):
            result["outcome"] = "failed"
            result["failure"] = {
                "expected": problem.expected[:600],
                "came": problem.came[:600],
                "misconception": problem.misconception,
            }
        elif isinstance(problem, SolutionError):
            result |= {"outcome": "error", "error": problem.error}
        elif isinstance(problem, SolutionLost):
            result |= {"outcome": "error", "lost": {"name": problem.name, "why": problem.why[:300]}}
        elif isinstance(problem, pytest.skip.Exception):
            result |= {"outcome": "skipped", "why": str(problem)[:300]}
        elif problem is not None:
            self._broken = f"the check {item.name} is broken: {type(problem).__name__}: {problem}"[:1500]
            result |= {"outcome": "error", "broken": True}
        return result

    def _describe(self, item: pytest.Item) -> wire.Frame:
        title = inspect.getdoc(getattr(item, "function", None)) or item.name.replace("_", " ")
        return {
            "id": item.name.removeprefix("test_").replace("_", "-"),
            "title": title.splitlines()[0].strip(),
            "required": not item.get_closest_marker("optional"),
            "cuda": item.get_closest_marker("cuda") is not None,
        }


def _orders(draws: dict[str, list[Any]]) -> dict[str, list[Order]]:
    return {check: [(kind, tuple(sizes)) for kind, sizes in orders] for check, orders in draws.items()}
