"""How long until the course map can be read, against the smallest Textual app there can be.

    python benchmarks/first_screen.py [ROUNDS] [CONTENT]

Each program is started on a pseudo-terminal of 80×24 and timed from its start until a text of its
first screen has been printed: the label of the minimal app, the frame of the tutor, and the first
lesson of its filled course map. The programs take turns, so that a busy machine slows all alike;
the ratio is the median over the rounds. The home is warm: the tutor was started once before.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from functools import partial
from pathlib import Path

from side_by_side import alternate, table

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds
QUIT = b"\x11"  # ctrl+q, which ends any Textual app

MINIMAL = """
from textual.app import App
from textual.widgets import Label

class Minimal(App):
    def compose(self):
        yield Label("a-first-label")

Minimal().run()
"""
APP = """
import sys
from pathlib import Path
from tutor.app import run
from tutor.paths import ContentRoot
sys.exit(run(ContentRoot(Path(sys.argv[1])), Path(sys.argv[2])))
"""
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[^\[]")


def seconds_until(marker: bytes, arguments: list[str], environment: dict[str, str]) -> float:
    """Start a program on its own terminal; the seconds until ``marker`` can be read on it.

    Raises RuntimeError when it ends, or takes longer than ``PATIENCE``, without having shown it.
    """
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(arguments[0], arguments, environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    printed = b""
    try:
        while marker not in _ESCAPES.sub(b"", printed):
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            chunk = os.read(terminal, 65536) if ready else b""
            if not chunk:
                raise RuntimeError(f"{marker!r} was not shown; the program printed {printed[-2000:]!r}")
            printed += chunk
        return time.perf_counter() - began
    finally:
        _end(pid, terminal)


def _end(pid: int, terminal: int) -> None:
    """Let the program leave by itself, so that it ends its own processes; then make sure."""
    with contextlib.suppress(OSError):
        os.write(terminal, QUIT)
        deadline = time.perf_counter() + 10
        while time.perf_counter() < deadline:
            if select.select([terminal], [], [], 0.1)[0] and not os.read(terminal, 65536):
                break
            if os.waitpid(pid, os.WNOHANG)[0]:
                os.close(terminal)
                return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
    os.close(terminal)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    content = Path(sys.argv[2]) if len(sys.argv) > 2 else REPOSITORY
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONWARNINGS": "ignore",
    }
    with tempfile.TemporaryDirectory() as home:
        environment["TUTOR_HOME"] = home
        minimal = [sys.executable, "-c", MINIMAL]
        app = [sys.executable, "-c", APP, str(content), home]
        program = [sys.executable, "-m", "tutor", "--content", str(content)]
        seconds = alternate(
            {
                "minimal app": partial(seconds_until, b"a-first-label", minimal, environment),
                "app, its frame": partial(seconds_until, b"All keys", app, environment),
                "app, its map": partial(seconds_until, b"next", app, environment),
                "tutor, its map": partial(seconds_until, b"next", program, environment),
            },
            rounds,
        )
    print(table(seconds, "minimal app"))


if __name__ == "__main__":
    main()
