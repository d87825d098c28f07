"""How quick the app feels: from key to paint, idle and while a submission prints 100 MB; opening a lesson; at rest.

    python benchmarks/app.py [SAMPLES]

The program runs on a pseudo-terminal of 80×24, as a person starts it. A key is timed from its being typed until
text that only its answer draws has come out of the terminal. Beside it stands the smallest Textual app, in which a
key changes one label: the floor that Textual itself sets on this machine.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds
PRINTED = 100_000_000  # bytes
EXERCISE = "per-row-scales"
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[^\[]")

MINIMAL = """
from textual.app import App
from textual.widgets import Label

class Minimal(App):
    def compose(self):
        yield Label("a-label-1")

    def on_key(self, event):
        self.query_one(Label).update(f"a-label-{event.key}")

Minimal().run()
"""

NOISY = f"""
import sys
import torch

line = "x" * 9_999 + "\\n"
for _ in range({PRINTED // 10_000}):
    sys.stdout.write(line)
sys.stdout.flush()


def quantize_rows(W):
    return W, W


def dequantize_rows(q, scale):
    return q
"""


class Terminal:
    """A program on a pseudo-terminal, and what it has printed since the last key."""

    def __init__(self, arguments: Sequence[str], home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
        environment = {
            **kept,
            "TERM": "xterm-256color",
            "TUTOR_HOME": str(home),
            "PYTHONPATH": str(REPOSITORY),
        }
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execve(arguments[0], list(arguments), environment)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.seen = ""

    def wait_for(self, text: str, patience: float = PATIENCE) -> float:
        """Seconds until ``text`` has been printed since the last key."""
        began = time.perf_counter()
        while text not in _ESCAPES.sub("", self.seen):
            left = patience - (time.perf_counter() - began)
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise RuntimeError(f"{text!r} was not shown; printed was {self.seen[-1500:]!r}")
            self.seen += os.read(self.master, 1 << 16).decode("utf-8", "replace")
        return time.perf_counter() - began

    def press(self, key: str, shows: str) -> float:
        """Seconds from typing ``key`` until ``shows`` is drawn."""
        self.drain()
        self.seen = ""
        os.write(self.master, key.encode())
        return self.wait_for(shows)

    def drain(self, seconds: float = 0.0) -> None:
        """Read what is there, for at least so long."""
        until = time.perf_counter() + seconds
        while select.select([self.master], [], [], max(0.0, until - time.perf_counter()))[0]:
            self.seen += os.read(self.master, 1 << 16).decode("utf-8", "replace")
            if not seconds:
                continue
            if time.perf_counter() > until:
                return

    def close(self) -> None:
        os.write(self.master, b"\x11")
        deadline = time.perf_counter() + 10
        while time.perf_counter() < deadline and not os.waitpid(self.pid, os.WNOHANG)[0]:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    os.read(self.master, 1 << 16)
                except OSError:
                    break
        else:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.master)


def floor(home: Path, samples: int) -> list[float]:
    app = Terminal([sys.executable, "-c", MINIMAL], home)
    app.wait_for("a-label-1")
    app.drain(0.5)
    seconds = []
    for number in range(samples):
        key = "bcde"[number % 4]
        seconds.append(app.press(key, key))
        app.drain(0.1)
    app.close()
    return seconds


def turns(app: Terminal, samples: int, goes_on: Callable[[], bool] = lambda: True) -> list[float]:
    """Seconds of turning between brief and hints, the words of which nothing else draws."""
    seconds: list[float] = []
    while len(seconds) < samples and goes_on():
        key, shows = ("3", "hints left") if len(seconds) % 2 == 0 else ("1", "What to write")
        seconds.append(app.press(key, shows))
        app.drain(0.05)
    return seconds


class Busy:
    """Whether the processes below one have used a core for half of the last while."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._at, self._used = time.perf_counter(), self._cpu_seconds()

    def _cpu_seconds(self) -> float:
        used = 0.0
        for child in self._process.children(recursive=True):
            try:
                times = child.cpu_times()
            except psutil.Error:
                continue
            used += times.user + times.system
        return used

    def __call__(self) -> bool:
        now = time.perf_counter()
        if now - self._at < 0.5:
            return True
        used, self._at, before = self._cpu_seconds(), now, self._used
        self._used = used
        return used != before


def main() -> None:
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    load = os.getloadavg()[0]
    print(f"load {load:.1f}, {os.cpu_count()} cores, {samples} keys each\n")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        report("smallest app, a key", floor(home, samples))
        tutor = Terminal([sys.executable, "-m", "tutor"], home)
        tutor.wait_for("next")
        tutor.drain(8.0)  # until the grader is warm
        lessons = []
        for _ in range(max(3, samples // 6)):
            lessons.append(tutor.press("\r", "One card or two?"))
            tutor.drain(0.5)
            tutor.press("q", "All keys")
            tutor.drain(0.5)
        report("opening a lesson", lessons)
        process = psutil.Process(tutor.pid)
        process.cpu_percent()
        tutor.drain(10.0)
        print(f"{'at rest on the map':34}  {process.cpu_percent():6.2f} % of a core")
        open_workbench(tutor)
        report("workbench, a key, idle", turns(tutor, samples))
        noisy = home / "work" / f"{EXERCISE.replace('-', '_')}.py"
        noisy.write_text(NOISY)
        tutor.press("g", "Grading")
        report("the same while it prints 100 MB", turns(tutor, samples, Busy(process)))
        tutor.close()


def open_workbench(tutor: Terminal) -> None:
    """The exercise stands four lines below the first lesson; then its stub is written."""
    for _ in range(4):
        os.write(tutor.master, b"\x1b[B")
        tutor.drain(0.3)
    tutor.press("\r", "What to write")
    tutor.drain(1.0)
    tutor.press("\r", "every save")  # of the notice
    tutor.drain(6.0)  # until the notice is gone and the grader is warm for this exercise


def report(name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    at = min(len(ordered) - 1, int(0.95 * len(ordered)))
    median, high = statistics.median(ordered), ordered[at]
    print(
        f"{name:34}  median {1000 * median:6.1f} ms   95th percentile {1000 * high:6.1f} ms   of {len(ordered)}"
    )


if __name__ == "__main__":
    main()
