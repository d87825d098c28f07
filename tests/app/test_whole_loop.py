"""The app over the real course, with nothing replaced: a demo, a grading, a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.app.conftest import read_to_the_end, settled, shown, until
from tests.terminals import Terminal
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
    with Terminal.open(home) as terminal:
        terminal.wait_for("▸")
        terminal.type("q")
        assert terminal.ended() == 0
    printed = terminal.printed
    assert "\x1b[?1049h" in printed, "the app has a screen of its own"
    assert printed.rindex("\x1b[?1049l") > printed.rindex("\x1b[?1049h"), "and gives it back"
    assert printed.rindex("\x1b[?25h") > printed.rindex("\x1b[?25l"), "with the cursor"
