"""The app over the real course, with nothing replaced: a demo, a grading, a real terminal."""

from __future__ import annotations

import os
import pty
import select
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

from tests.app.conftest import read_to_the_end, settled, shown, until
from tutor.app.engine import Engine
from tutor.app.screens.lesson import LessonScreen
from tutor.app.tutor_app import TutorApp
from tutor.app.widgets.output_view import OutputView
from tutor.paths import ContentRoot

REPOSITORY = Path(__file__).resolve().parents[2]


async def test_a_demo_runs_and_a_right_solution_passes(home: Path) -> None:
    app = TutorApp(Engine(ContentRoot(REPOSITORY), home))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.ready, seconds=30)
        await settled(pilot)
        demo = next(step for step in app.engine.content.lesson("bits").info.steps if step.kind == "demo")
        app.open_lesson("bits", demo.id)
        await settled(pilot)
        assert isinstance(app.screen, LessonScreen)
        await pilot.press("1")
        await read_to_the_end(pilot)
        await pilot.press("enter")
        panel = app.screen.demo
        assert panel is not None
        await until(pilot, lambda: panel.state == "done", seconds=60)
        assert "scale" in app.screen.query_one(OutputView).text

        exercise = app.engine.content.exercise("memory-footprint")
        app.open_exercise(exercise.id)
        await settled(pilot)
        await pilot.press("enter")
        app.engine.solution_path(exercise).write_bytes(exercise.reference.read_bytes())
        await pilot.press("enter")
        await until(pilot, lambda: "✓ Passed" in shown(pilot), seconds=60)
        await settled(pilot)
        assert app.engine.standing().exercise(exercise.id) == "passed"


def test_the_program_opens_on_a_terminal_and_q_leaves_it_as_it_was(home: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(REPOSITORY)}
        os.execve(sys.executable, [sys.executable, "-m", "tutor"], environment)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    printed = b""
    asked_to_leave = False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        printed += chunk
        if "▸".encode() in printed and not asked_to_leave:
            os.write(terminal, b"q")
            asked_to_leave = True
    status = os.waitpid(pid, 0)[1]
    os.close(terminal)
    assert asked_to_leave, printed[-2000:]
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"\x1b[?1049h" in printed, "the app has a screen of its own"
    assert printed.rindex(b"\x1b[?1049l") > printed.rindex(b"\x1b[?1049h"), "and gives it back"
    assert printed.rindex(b"\x1b[?25h") > printed.rindex(b"\x1b[?25l"), "with the cursor"
