"""The app on a real terminal that is resized, suspended, hung up, killed: state kept, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

import psutil
import pytest

from tutor.paths import ContentRoot
from tutor.progress import Store

REPOSITORY = Path(__file__).resolve().parents[2]
STARTS = 60.0  # seconds that a start may take on a busy machine
ON, OFF = "\x1b[?1049h", "\x1b[?1049l"  # the alternate screen


@dataclass
class Terminal:
    """The program on a pseudo-terminal of its own."""

    pid: int
    master: int
    printed: str = ""
    family: set[int] = field(default_factory=set)

    @classmethod
    def open(cls, home: Path, *words: str, size: tuple[int, int] = (24, 80)) -> Terminal:
        pid, master = pty.fork()
        if pid == 0:
            kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
            environment = {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(REPOSITORY)}
            environment["TUTOR_HOME"] = str(home)
            os.execve(sys.executable, [sys.executable, "-m", "tutor", *words], environment)
        opened = cls(pid, master)
        opened.resize(*size)
        return opened

    def resize(self, rows: int, columns: int) -> None:
        ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> str:
        """What was printed meanwhile; ends early when the program does."""
        began, before = time.monotonic(), len(self.printed)
        while time.monotonic() - began < seconds:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    chunk = os.read(self.master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                self.printed += chunk.decode("utf-8", "replace")
        return self.printed[before:]

    def wait_for(self, text: str, seconds: float = STARTS) -> None:
        self.until(lambda: text in self.printed, f"no '{text}'", seconds)

    def until(self, condition: Callable[[], bool], why: str, seconds: float = STARTS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{why}: …{self.printed[-1500:]!r}"
            self.read(0.1)

    def meet_family(self) -> None:
        """Remember every process of the program, to see later that none is left."""
        children = psutil.Process(self.pid).children(recursive=True)
        self.family |= {self.pid, *(child.pid for child in children)}

    def ended(self, seconds: float = 15.0) -> int:
        """Its exit status."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            self.read(0.05)
        raise AssertionError(f"it goes on: …{self.printed[-1500:]!r}")

    def nothing_is_left(self, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while left := [pid for pid in self.family if _lives(pid)]:
            assert time.monotonic() < deadline, [psutil.Process(pid).cmdline() for pid in left]
            time.sleep(0.05)

    def hang_up(self) -> None:
        """As when the connection drops. Once: its number may by then be another file's."""
        if self.master >= 0:
            os.close(self.master)
        self.master = -1

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.hang_up()


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    """The app with its map filled, and its grader warm."""
    opened = Terminal.open(home)
    try:
        opened.wait_for("▸")
        opened.until(lambda: _has_zygotes(opened.pid), "no grader was started")
        yield opened
    finally:
        opened.close()


def _has_zygotes(pid: int) -> bool:
    children = psutil.Process(pid).children(recursive=True)
    return sum("tutor.sandbox.zygote" in " ".join(child.cmdline()) for child in children) >= 2


def place(home: Path) -> dict[str, object]:
    """Where the learner is in the first lesson."""
    from tutor.course import load_content

    store = Store.open(home, load_content(ContentRoot(REPOSITORY)).info.id)
    kept = store.bookmark("lesson:bits")
    assert isinstance(kept, dict)
    return kept


def test_a_terminal_that_hangs_up_ends_all_of_it_and_keeps_the_place(terminal: Terminal, home: Path) -> None:
    terminal.type("\r")
    terminal.wait_for("Why")
    terminal.type("n")
    terminal.read(1.0)
    terminal.meet_family()
    terminal.hang_up()
    deadline = time.monotonic() + 15
    while _lives(terminal.pid):
        assert time.monotonic() < deadline, "it goes on without a terminal"
        os.waitpid(terminal.pid, os.WNOHANG)
        time.sleep(0.05)
    terminal.nothing_is_left()
    assert place(home)["page"] != "why"


def test_a_request_to_end_gives_the_terminal_back(terminal: Terminal, home: Path) -> None:
    terminal.meet_family()
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert terminal.printed.rindex(OFF) > terminal.printed.rindex(ON)
    assert terminal.printed.rindex("\x1b[?25h") > terminal.printed.rindex("\x1b[?25l"), "the cursor is back"
    assert terminal.printed.rindex("\x1b[?1000l") > terminal.printed.rindex("\x1b[?1000h"), (
        "the mouse is free"
    )
    terminal.nothing_is_left()


def test_a_kill_leaves_no_process_and_loses_no_place(terminal: Terminal, home: Path) -> None:
    terminal.type("\r")
    terminal.wait_for("Why")
    terminal.type("nn")
    terminal.read(1.5)
    before = place(home)
    terminal.meet_family()
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.ended() == -signal.SIGKILL
    terminal.nothing_is_left()
    again = Terminal.open(home)
    try:
        again.wait_for("▸")
        again.type("\r")
        again.read(2.0)
        assert place(home) == before
        again.type("q")
        again.read(0.5)
        again.type("q")
        assert again.ended() == 0
    finally:
        again.close()


def test_it_is_suspended_and_comes_back_with_its_screen(terminal: Terminal) -> None:
    before = len(terminal.printed)
    terminal.type("\x1a")
    terminal.until(lambda: psutil.Process(terminal.pid).status() == psutil.STATUS_STOPPED, "it does not stop")
    assert OFF in terminal.printed[before:], "the shell has its screen back"
    before = len(terminal.printed)
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.until(lambda: ON in terminal.printed[before:], "its screen does not come back")
    for text in (
        "Quantization of large",
        "▸",
        "All keys",
    ):  # the bar on top, the list, the keys at the bottom
        terminal.until(
            lambda text=text: text in terminal.printed[before:], f"'{text}' is not drawn again", 20.0
        )  # type: ignore[misc]
    terminal.type("q")
    assert terminal.ended() == 0


def test_it_is_resized_again_and_again_and_goes_on(terminal: Terminal) -> None:
    chance = random.Random(5)
    terminal.type("\r")
    for _ in range(40):
        terminal.resize(chance.randint(1, 80), chance.randint(1, 250))
        terminal.type(chance.choice(["n", "p", " ", "?", "\x1b", ""]))
        terminal.read(0.03)
    terminal.resize(24, 80)
    terminal.type("\x1b")
    terminal.read(1.0)
    assert "fault of its own" not in terminal.printed
    terminal.type("\x11")  # Ctrl+Q
    assert terminal.ended() == 0
    assert terminal.printed.rindex(OFF) > terminal.printed.rindex(ON)
