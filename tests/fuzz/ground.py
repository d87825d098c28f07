"""Where examples run: watched for what they raise, for how long they take, and for what they write elsewhere.

An example may end well or by a named problem of `tutor.errors`; never by anything else, never after more than
`LIMIT` seconds, never with a write outside the folders that are its own: such a write is refused before it happens.
A fault of the grader (exit 5) is a named problem too, but no input from outside may cause one.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from tutor.compute.process import run_delay_seconds
from tutor.errors import GraderFault, TutorProblem

LIMIT = 2.0
"""Seconds an example may take, the time aside in which the kernel gave it no core."""
PATIENCE = 30.0
"""Seconds after which an example counts as hanging, however busy the machine is."""
ROOM = 3 << 30
"""Bytes of address space that an example may take on top of what the process has: a bomb ends as a MemoryError."""

# Audit event -> which of its arguments are written, and where a descriptor of their folder stands, if anywhere.
# https://docs.python.org/3/library/audit_events.html
_WRITES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "sqlite3.connect": ((0, None),),
}
_FOLLOWING = frozenset({"open", "os.truncate", "os.chmod", "os.chown", "os.utime", "sqlite3.connect"})
"""Events that are about what a link leads to."""
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEPARTURES = frozenset(
    {
        "subprocess.Popen",
        "os.posix_spawn",
        "os.fork",
        "os.forkpty",
        "os.exec",
        "os.system",
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
    }
)
_NOWHERE = ("/dev/null", "/dev/tty")


class Hang(BaseException):
    """An example took longer than `LIMIT`. No Exception, so that nobody catches it."""


class WrittenOutside(BaseException):
    """An example was about to write outside its place. It is stopped before it does: nothing is harmed by a find."""


class Departed(BaseException):
    """The example came through its border: it was about to start a program, or to reach for the network."""


@dataclass(frozen=True)
class Case:
    """One kind of input: how it is made, and what the product does with it.

    ``weight`` is its part of the border's examples. ``departs``: what leaves the process ends an example, well.
    ``clock``: seconds by which an example is timed, where another process does the work.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    run: Callable[[Any], object]
    weight: float = 1.0
    departs: bool = False
    clock: Callable[[], float] | None = None


@dataclass
class Tally:
    """What came of a case. ``failures``: each kind of failure once, with the input that showed it first."""

    name: str
    examples: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    refused: int = 0
    hangs: int = 0
    raised: int = 0
    written: int = 0
    failures: dict[str, str] = field(default_factory=dict)


class Ground:
    """A folder of its own: ``home`` and ``place`` are an example's, ``elsewhere`` is nobody's. A context manager."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.home, self.place, self.elsewhere, self.temporary = (
            self.root / name for name in ("home", "place", "elsewhere", "temporary")
        )
        self._kept = ExitStack()
        self.departing = False
        self.watching = False
        self.outside: list[str] = []
        self.temporaries: set[str] = set()

    def __enter__(self) -> Ground:
        for folder in (self.home, self.place, self.elsewhere / "inside", self.temporary):
            folder.mkdir(parents=True)
        (self.elsewhere / "inside" / "precious.txt").write_text("precious")
        before = {name: os.environ.get(name) for name in _ENVIRONMENT}
        self._kept.callback(_restore_environment, before)
        self._kept.callback(os.chdir, os.getcwd())
        self._kept.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        self._kept.callback(setattr, sys, "dont_write_bytecode", sys.dont_write_bytecode)
        for name in before:
            os.environ.pop(name, None)
        os.environ |= {"TUTOR_HOME": str(self.home), "COLUMNS": "100", "NO_COLOR": "1"}
        os.chdir(self.elsewhere)
        tempfile.tempdir = str(self.temporary)
        sys.dont_write_bytecode = True
        _grounds.append(self)
        _hook()
        self._before = listing(self.elsewhere)
        return self

    def __exit__(self, *problem: object) -> None:
        _grounds.remove(self)
        self._kept.close()

    def keep(self, context: Any) -> Any:
        """Enters a context for as long as the ground is there."""
        return self._kept.enter_context(context)

    @property
    def is_untouched(self) -> bool:
        """Whether all that lies outside the examples' folders is as it was, by a listing."""
        return listing(self.elsewhere) == self._before

    def is_own(self, path: str) -> bool:
        """Whether an example may write there: below its home, its place, or a temporary file of its own."""
        own = [str(self.home), str(self.place), *self.temporaries]
        return any(path == folder or path.startswith(f"{folder}{os.sep}") for folder in own)

    def survey(self, case: Case, examples: int, seed: int) -> Tally:
        """Runs so many examples of a case."""
        tally = Tally(case.name)

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case.inputs)
        def each(example: Any) -> None:
            self._try(case, example, tally)

        with _bounded_memory():
            each()
        if not self.is_untouched:
            tally.written += 1
            tally.failures["a listing shows a write outside"] = ""
        return tally

    def _try(self, case: Case, example: Any, tally: Tally) -> None:
        failure = told = ""
        self.outside.clear()
        self.temporaries.clear()
        clock = case.clock or own_seconds
        began, bell = clock(), time.monotonic()

        def ring(*_: object) -> None:
            if self.watching and (clock() - began > LIMIT or time.monotonic() - bell > PATIENCE):
                raise Hang

        old = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, LIMIT, 0.5)
        self.watching, self.departing = True, case.departs
        try:
            case.run(example)
        except Departed:
            pass
        except GraderFault as problem:
            failure, told = _place(problem), str(problem)
            tally.raised += 1
        except TutorProblem as problem:
            tally.refused += 1
            if not problem.message.strip():
                failure = f"{_place(problem)}: a problem without words"
        except Hang as hang:
            failure = f"hang in {_place(hang)}"
        except WrittenOutside as written:
            failure, told = _place(written), str(written)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failure, told = _place(error), str(error)
            failure += f": {told[-120:]}" if isinstance(error, AssertionError) else ""
            tally.raised += 1
        finally:
            self.watching = self.departing = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        own_time = clock() - began
        tally.examples += 1
        tally.seconds += own_time
        tally.slowest = max(tally.slowest, own_time)
        if own_time > LIMIT:
            tally.hangs += 1
            failure = failure or f"slow: {own_time:.1f} s"
        if self.outside:
            tally.written += 1
            failure = failure or f"written outside: {self.outside[0]}"
        if failure:
            tally.failures.setdefault(failure[:400], f"{told[:300]} | {example!r}"[:2000])


_ENVIRONMENT = ("TUTOR_HOME", "TUTOR_CONTENT", "TUTOR_LANGUAGE", "TUTOR_MODELS", "COLUMNS", "NO_COLOR")
_grounds: list[Ground] = []


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every path below a folder with its kind, size and time of change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


@contextmanager
def _bounded_memory() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def own_seconds() -> float:
    """Seconds that passed, those aside in which this process could run and was given no core."""
    return time.monotonic() - (run_delay_seconds(os.getpid()) or 0.0)


def seconds_of_children() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _restore_environment(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def _place(error: BaseException) -> str:
    """The kind of an error and the last lines of the product that it came through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/tutor/" in frame.filename]
    lines = [f"{frame.filename.rpartition('/tutor/')[2]}:{frame.lineno}" for frame in frames[-2:]]
    return f"{type(error).__name__} at {' < '.join(reversed(lines)) or 'no line of ours'}"


# --- the audit hook: one for the process, since Python never takes one away --------------------------


def _hook() -> None:
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_audit)


_hooked: list[bool] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _grounds or not _grounds[-1].watching:
        return
    ground = _grounds[-1]
    if event == "open":
        path, _, flags = arguments
        if isinstance(path, int) or not isinstance(flags, int) or not flags & _FOR_WRITING:
            return
        _note(ground, event, path)
    elif event in ("tempfile.mkdtemp", "tempfile.mkstemp"):
        if os.path.dirname(arguments[0]) == str(ground.temporary):
            ground.temporaries.add(arguments[0])
    elif event in _WRITES:
        for place, folder in _WRITES[event]:
            descriptor = arguments[folder] if folder is not None and folder < len(arguments) else -1
            _note(ground, event, arguments[place], descriptor)
    elif event in _DEPARTURES and ground.departing and not _is_local(event, arguments):
        raise Departed(event)


def _is_local(event: str, arguments: tuple[Any, ...]) -> bool:
    """A socket of asyncio's own, or one of the machine's services (the keyring's bus) that is no network."""
    return event in ("socket.bind", "socket.connect") and not isinstance(arguments[1], tuple)


def _note(ground: Ground, event: str, path: Any, folder: Any = -1) -> None:
    if isinstance(path, int):
        return
    name = os.fsdecode(path) if isinstance(path, bytes | os.PathLike) else str(path)
    if event == "sqlite3.connect":
        name = name.removeprefix("file:").partition("?")[0]
        if name in ("", ":memory:"):
            return
    if isinstance(folder, int) and folder >= 0:
        name = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
    if "\0" in name or name in _NOWHERE:
        return
    whole = os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))
    if event in _FOLLOWING:
        whole = os.path.realpath(name)
    if not ground.is_own(whole):
        ground.outside.append(f"{event} {whole}")
        raise WrittenOutside(whole)


def fresh(path: Path) -> Path:
    """The folder, empty."""
    import shutil

    if path.is_symlink() or path.is_file():
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
