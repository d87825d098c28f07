"""Programs on a pseudo-terminal of their own, as a person runs them."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[1]
STARTS = 60.0  # seconds that a start may take on a busy machine


@dataclass
class Terminal:
    """A program whose controlling terminal it is, and all that was printed on it. A context manager."""

    pid: int
    master: int
    printed: str = ""
    family: set[int] = field(default_factory=set)

    @classmethod
    def run(
        cls, command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (24, 80)
    ) -> Terminal:
        """Start a program; ``size`` is rows and columns."""
        pid, master = pty.fork()
        if pid == 0:
            os.execve(command[0], list(command), dict(environment))
        opened = cls(pid, master)
        opened.resize(*size)
        return opened

    @classmethod
    def open(cls, home: Path, *words: str) -> Terminal:
        """Start the tutor of this checkout, with its state under ``home``."""
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
        environment = {
            **kept,
            "TERM": "xterm-256color",
            "PYTHONPATH": str(REPOSITORY),
            "TUTOR_HOME": str(home),
        }
        return cls.run([sys.executable, "-m", "tutor", *words], environment)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def resize(self, rows: int, columns: int) -> None:
        ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read(self, seconds: float) -> str:
        """What was printed meanwhile; ends early when the program does."""
        began, before = time.monotonic(), len(self.printed)
        while self.master >= 0 and time.monotonic() - began < seconds:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    chunk = os.read(self.master, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                self.printed += chunk.decode("utf-8", "replace")
        return self.printed[before:]

    def wait_for(self, text: str, seconds: float = STARTS, *, since: int = 0) -> None:
        """Until ``text`` was printed, after the first ``since`` characters."""
        self.until(lambda: text in self.printed[since:], f"no '{text}'", seconds)

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
        """Its exit status, with all read that it printed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.read(0.5 if pid else 0.05)
            if pid:
                return os.waitstatus_to_exitcode(status)
        raise AssertionError(f"it goes on: …{self.printed[-1500:]!r}")

    def nothing_is_left(self, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while left := [pid for pid in self.family if lives(pid)]:
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


def lives(pid: int) -> bool:
    """Whether the process is there, and no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
