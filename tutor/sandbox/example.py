"""``tutor try``: the learner's file on the public example, ungraded, on a terminal of its own.

Prints and ``breakpoint()`` work. The code runs in a separate, confined process on a pseudo-terminal,
so that it never holds the learner's own; what it prints is cleaned of escape sequences on the way.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

from tutor.errors import UsageProblem
from tutor.sandbox.clean import clean_text
from tutor.sandbox.forkserver import clean_environment
from tutor.sandbox.scratch import scratch_room


def run_example(folder: Path, solution: Path) -> int:
    """Runs ``example.py`` of an exercise's folder with ``solution`` as the module it imports.

    Returns:
        0, or 1 where the learner's code raised, 130 where it was interrupted.

    Raises:
        UsageProblem: there is no such file.
    """
    if not solution.is_file():
        raise UsageProblem(
            "There is no such file.",
            where=str(solution),
            next_step="'tutor start EXERCISE' writes the stub to begin with.",
        )
    example = folder / "example.py"
    on_terminal = sys.stdin.isatty()
    master, slave = pty.openpty()
    if not on_terminal:
        _no_echo(slave)
    paths = [str(path.absolute()) for path in (solution, example)]  # the child works beside the solution
    command = [sys.executable, "-I", "-u", "-m", "tutor.sandbox.example_child", *paths]
    with scratch_room() as room:
        process = subprocess.Popen(
            command,
            stdin=slave if on_terminal else subprocess.PIPE,
            stdout=slave,
            stderr=slave,
            env=clean_environment({"TERM": "dumb", "PYTHONIOENCODING": "utf-8", "TMPDIR": room}),
            start_new_session=True,
            cwd=str(solution.absolute().parent),
        )
        os.close(slave)
        try:
            return _relay(process, master, on_terminal)
        finally:
            _end(process)
            os.close(master)


def _relay(process: subprocess.Popen[bytes], master: int, on_terminal: bool) -> int:
    """Carries bytes between the learner's terminal and the child's until the child ends."""
    target = master if on_terminal else process.stdin.fileno()  # type: ignore[union-attr]
    source: int | None = sys.stdin.fileno()
    saved = termios.tcgetattr(sys.stdin) if on_terminal else None
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        if saved is not None:
            tty.setcbreak(sys.stdin)
        while True:
            watched = [master] if source is None else [master, source]
            try:
                readable, _, _ = select.select(watched, [], [], 0.2)
            except KeyboardInterrupt:
                os.killpg(process.pid, signal.SIGINT)
                continue
            if master in readable:
                try:
                    data = os.read(master, 1 << 14)
                except OSError:
                    data = b""
                if not data:
                    break
                sys.stdout.write(clean_text(decoder.decode(data), 1 << 20))
                sys.stdout.flush()
            elif process.poll() is not None:
                break
            if source is not None and source in readable:
                typed = os.read(source, 1 << 12)
                if typed:
                    os.write(target, typed)
                else:
                    source = None
                    if not on_terminal and process.stdin is not None:
                        process.stdin.close()
    finally:
        if saved is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
    return process.wait()


def _no_echo(terminal: int) -> None:
    attributes = termios.tcgetattr(terminal)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
