"""The built-in editor: typing Python, saving, what comes back after a crash."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from tests.app.conftest import Running, press, settled, shown, told
from tests.app.fakes import PracticeEngine
from tutor.app.screens.editor import EditorScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.widgets.code_editor import CodeEditor
from tutor.progress import workspace
from tutor.settings import settings

EXERCISE = "absmax-int8"


async def open_editor(pilot: Pilot[int], text: str | None = None) -> CodeEditor:
    """The editor over the learner's file, which holds ``text``."""
    engine = pilot.app.engine  # type: ignore[attr-defined]
    if text is not None:
        file(engine).write_text(text, "utf-8")
    pilot.app.open_exercise(EXERCISE)  # type: ignore[attr-defined]
    await settled(pilot)
    await press(pilot, "e")
    assert isinstance(pilot.app.screen, EditorScreen)
    return pilot.app.screen.editor


def file(engine: PracticeEngine) -> Path:
    return engine.start(engine.content.exercise(EXERCISE))


async def test_without_an_editor_of_their_own_e_opens_the_built_in_one(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        editor = await open_editor(pilot)
        assert editor.text == engine.content.exercise(EXERCISE).stub.read_text("utf-8")
        assert "✓ saved" in shown(pilot)
        await press(pilot, "x")
        assert "● not saved" in shown(pilot)


async def test_enter_keeps_the_indentation_and_deepens_it_after_a_colon(running: Running) -> None:
    async with running() as pilot:
        editor = await open_editor(pilot, "def f(x):")
        await press(pilot, "end", "enter", "y", "enter", "z")
        assert editor.text == "def f(x):\n    y\n    z"
        await press(pilot, "shift+tab")
        assert editor.text == "def f(x):\n    y\nz"
        await press(pilot, "ctrl+z")
        assert editor.text.endswith("\n    z")
        await press(pilot, "ctrl+y")
        assert editor.text.endswith("\nz")
        await press(pilot, "super+z")
        assert editor.text.endswith("\n    z")
        await press(pilot, "super+y")
        assert editor.text.endswith("\nz")


async def test_tab_moves_the_lines_of_a_selection(running: Running) -> None:
    async with running() as pilot:
        editor = await open_editor(pilot, "a\n\nb\nc")
        await press(pilot, "shift+down", "shift+down", "tab")
        assert editor.text == "    a\n\n    b\nc"
        await press(pilot, "shift+tab")
        assert editor.text == "a\n\nb\nc"


async def test_ctrl_s_saves_and_stays(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_editor(pilot, "x = 1\n")
        await press(pilot, "down", "y", "ctrl+s")
        assert file(engine).read_text() == "x = 1\ny"
        assert isinstance(pilot.app.screen, EditorScreen)
        assert "✓ saved" in shown(pilot)


async def test_escape_saves_and_goes_back(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_editor(pilot, "x = 1\n")
        await press(pilot, "a", "escape")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert file(engine).read_text() == "ax = 1\n"
        assert engine.gradings == 0


async def test_f5_saves_and_grades(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_editor(pilot, "return\n")
        await press(pilot, "number_sign", "f5")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        assert "✓ Passed" in shown(pilot)
        assert engine.gradings == 1
        assert file(engine).read_text() == "#return\n"


async def test_what_was_typed_and_not_saved_comes_back_after_a_crash(
    running: Running, engine: PracticeEngine, home: Path
) -> None:
    async with running() as pilot:
        await open_editor(pilot, "x = 1\n")
        await press(pilot, "4", "2")
        screen = pilot.app.screen
        assert isinstance(screen, EditorScreen)
        screen.keep()  # as it does each second
    assert file(engine).read_text() == "x = 1\n"
    async with running(over=PracticeEngine(home)) as pilot:
        editor = await open_editor(pilot)
        assert editor.text == "42x = 1\n"
        assert "is back" in told(pilot)
        await press(pilot, "escape", "e")
        assert "✓ saved" in shown(pilot)
    async with running(over=PracticeEngine(home)) as pilot:
        await open_editor(pilot)
        assert "is back" not in told(pilot)


async def test_a_version_that_was_written_meanwhile_goes_to_the_backups(
    running: Running, engine: PracticeEngine, home: Path
) -> None:
    async with running() as pilot:
        await open_editor(pilot, "x = 1\n")
        await press(pilot, "a")
        file(engine).write_text("y = 2\n")
        await press(pilot, "ctrl+s")
        assert "in the backups" in told(pilot)
        assert file(engine).read_text() == "ax = 1\n"
        [kept] = workspace.backups(home)
        assert kept.path.read_text() == "y = 2\n"


async def test_line_ends_and_a_file_that_went_away_are_kept(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await open_editor(pilot)
        await press(pilot, "escape")
        file(engine).write_bytes(b"x = 1\r\ny = 2\r\n")
        await press(pilot, "e", "a")
        file(engine).unlink()
        await press(pilot, "escape")
        assert file(engine).read_bytes() == b"ax = 1\r\ny = 2\r\n"


async def test_a_file_that_is_no_text_is_left_to_another_editor(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        file(engine).write_bytes(b"# -*- coding: latin-1 -*-\n# \xe9\n")
        pilot.app.open_exercise(EXERCISE)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "e")
        assert "not UTF-8" in shown(pilot)


async def test_the_brief_is_beside_the_code_where_there_is_room(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        editor = await open_editor(pilot)
        assert "What to write" in shown(pilot)
        await press(pilot, "f6")
        assert not editor.has_focus
        await press(pilot, "f6")
        assert editor.has_focus


async def test_code_has_the_colours_of_the_theme(running: Running) -> None:
    async with running() as pilot:
        editor = await open_editor(pilot, "def f(x):  # why\n    return 1\n")
        before = editor.theme
        pilot.app.theme = "tutor-light"
        await settled(pilot)
        assert editor.theme != before
        colours = {
            segment.style.color.name
            for strip in (editor.render_line(0), editor.render_line(1))
            for segment in strip
            if segment.style and segment.style.color
        }
        assert len(colours) >= 4, "keyword, name, comment and number look different"


LONG = f"x = [{', '.join(['1.25'] * 40)}]  # the end\n"


async def test_a_long_line_goes_on_in_the_next_row_until_f4_says_otherwise(
    running: Running, home: Path
) -> None:
    async with running() as pilot:
        await open_editor(pilot, LONG)
        assert "# the end" in shown(pilot)
        await press(pilot, "f4")
        assert "# the end" not in shown(pilot)
        await press(pilot, "end")
        assert "# the end" in shown(pilot)
        await press(pilot, "escape", "e")
        assert "# the end" not in shown(pilot), "it is remembered"
        await press(pilot, "f4")
        assert "# the end" in shown(pilot)
    assert settings(home).wrap
