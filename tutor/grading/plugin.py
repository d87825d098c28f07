"""The pytest plugin of the judge: fixtures for hidden checks, and a report of each result by wire."""

from __future__ import annotations

import contextlib
import inspect
import socket
from collections.abc import Callable, Generator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tutor.grading.checks import CheckFailed, Expect, Measure, payload_bytes
from tutor.grading.draw import Draw
from tutor.grading.proxy import Solution, SolutionError, SolutionLost
from tutor.grading.session import Session
from tutor.sandbox import wire


class GradingPlugin:
    """Hooks and fixtures.

    ``collected`` is called once, when pytest holds the checks, and decides what becomes of them: it calls ``judge``,
    or forks processes that do. One process judges one submission.
    """

    def __init__(self, collected: Callable[[GradingPlugin], None]) -> None:
        self._collected = collected
        self._checks: list[pytest.Item] = []
        self._descriptions: dict[str, wire.Frame] = {}
        self._rehearsal: pytest.Item | None = None
        self._begun: Session | None = None
        self._broken = ""
        self._measures: dict[str, Measure] = {}

    @property
    def _session(self) -> Session:
        assert self._begun is not None, "checks run only after the submission has come"
        return self._begun

    def judge(self, report: socket.socket) -> None:
        """Says by ``report`` which checks there are, waits for a submission, has pytest run the checks, and says the
        last word: that all is said, or that the checks themselves are broken."""
        wire.send(report, {"collected": list(self._descriptions.values())})
        if self._broken:  # told once somebody listens
            wire.receive_with_descriptors(report)
            wire.receive(report)
        else:
            self._await_submission(report)
            for check, following in zip_longest(self._checks, self._checks[1:]):
                check.config.hook.pytest_runtest_protocol(item=check, nextitem=following)
        if self._broken:
            wire.send(report, {"fault": self._broken})
        else:
            self._session.finish()

    # --- fixtures: the vocabulary of docs/architecture.md ---
    # What is the same for all checks is made once: a fixture is a tenth of what pytest does for a check.

    @pytest.fixture(scope="session")
    def solution(self) -> Solution:
        return self._session.solution()

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        return self._session.draw(request.node.name)

    @pytest.fixture
    def measure(self, request: pytest.FixtureRequest) -> Measure:
        return self._measures.setdefault(request.node.nodeid, Measure())

    @pytest.fixture(scope="session")
    def expect(self) -> Expect:
        return Expect()

    @pytest.fixture(scope="session")
    def source(self) -> bytes:
        """The submitted file, to be looked at as text."""
        return self._session.source

    @pytest.fixture(scope="session")
    def model_folder(self) -> Path:
        """Where the language model lies that the exercise is graded on, as transformers loads it."""
        return Path(self._session.model)

    @pytest.fixture(scope="session")
    def working(self) -> Callable[[str, int, int], None]:
        """``working(note, number, of)`` says how far a check is that takes long."""
        return lambda note, number, of: self._session.tell(
            {"working": {"note": note, "number": number, "of": of}}
        )

    @pytest.fixture(scope="session")
    def table(self) -> Callable[..., None]:
        """``table(title, columns, rows)`` puts a table into the verdict: strings and numbers, no hidden input.

        ``plot=(across, up)`` has two of its columns drawn against each other; the first row is the learner's.
        """
        return self._session.tell_table

    @pytest.fixture(scope="session")
    def device(self) -> str:
        return self._session.device.partition(":")[0]

    @pytest.fixture(scope="session")
    def peak_memory(self) -> Callable[..., tuple[Any, int]]:
        return self._session.peak_memory

    @pytest.fixture(scope="session", name="payload_bytes")
    def payload_bytes_(self) -> Callable[[object], int]:
        return payload_bytes

    # --- hooks ---

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "optional: a check that is not required for a pass")
        config.addinivalue_line("markers", "cuda: required on CUDA; listed as skipped elsewhere")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        # A failure is told by its frame. To draw its traceback, pytest would parse the source once for each line of it:
        # more work than the checks themselves, where all of them fail.
        session.config.option.tbstyle = "no"
        self._checks = session.items
        self._descriptions = {check.nodeid: _describe(check) for check in self._checks}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken = f"the checks can't be collected: {report.longreprtext[-1500:]}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Stands in for pytest's own loop, which knows of no forks."""
        self._collected(self)
        return True

    def _await_submission(self, report: socket.socket) -> None:
        frame, descriptors = wire.receive_with_descriptors(report)
        self._begun = Session(report, frame["team"], descriptors)
        if self._begun.rehearses and self._checks:
            self._rehearse()
        self._begun.begin(wire.receive(report)["start"])
        with contextlib.suppress(SolutionError, SolutionLost):  # each check answers for itself
            self._session.load()

    def _rehearse(self) -> None:
        """Has pytest run a check of nothing, so that the first check finds the memory that pytest works with in place:
        a fork copies each page when it is first written. Not where the checks set something up for each of them.
        """
        first = self._checks[0]
        assert first.parent is not None, "checks lie in a file"
        item = pytest.Function.from_parent(first.parent, name="rehearsal", callobj=_nothing)
        if set(item.fixturenames) <= {"request", *inspect.signature(_nothing).parameters}:
            self._rehearsal = item
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=first)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item is self._rehearsal:
            return
        if item.get_closest_marker("cuda") and not self._session.device.startswith("cuda"):
            pytest.skip("needs a CUDA device")
        self._session.load()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, None]:
        yield
        if item is self._rehearsal:
            return
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
        result = dict(self._descriptions[item.nodeid])
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
            result |= {"outcome": "error", "lost": _lost(problem)}
        elif isinstance(problem, pytest.skip.Exception):
            result |= {"outcome": "skipped", "why": str(problem)[:300]}
        elif problem is not None:
            self._broken = f"the check {item.name} is broken: {type(problem).__name__}: {problem}"[:1500]
            result |= {"outcome": "error", "broken": True}
        return result


def _describe(item: pytest.Item) -> wire.Frame:
    title = inspect.getdoc(getattr(item, "function", None)) or item.name.replace("_", " ")
    return {
        "id": item.name.removeprefix("test_").replace("_", "-"),
        "title": title.splitlines()[0].strip(),
        "required": not item.get_closest_marker("optional"),
        "cuda": item.get_closest_marker("cuda") is not None,
    }


def _nothing(expect: Expect, measure: Measure) -> None:
    """A check for rehearsing."""


def _lost(problem: SolutionLost) -> wire.Frame:
    return {"name": problem.name, "why": problem.why[:300], "pid": problem.pid}
