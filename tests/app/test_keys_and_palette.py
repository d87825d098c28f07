"""The list of keys, the line of keys, the command palette, themes, and starting badly."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette

from tests.app.conftest import Running, press, settled, shown, until
from tests.app.fakes import PracticeEngine
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.keys import KeysScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.problem import ProblemScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.tutor_app import TutorApp
from tutor.errors import EnvironmentProblem


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_all_keys_of_a_screen_are_listed(running: Running, key: str) -> None:
    async with running(size=(80, 50)) as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, key)
        assert isinstance(pilot.app.screen, KeysScreen)
        text = shown(pilot)
        for line in (
            "e   Edit",
            "w   Watch",
            "h   Hint",
            "q esc   Back",
            "1   Show the brief",
            "l   The lesson",
        ):
            assert line in text
        assert "^p   Find lessons, exercises, terms and commands" in text
        assert "Scroll Left" not in text, "Textual's own keys are told in one line"
        await press(pilot, key)
        assert isinstance(pilot.app.screen, WorkbenchScreen)


@pytest.mark.parametrize("key", ["escape", "q", "enter"])
async def test_the_list_of_keys_closes(running: Running, key: str) -> None:
    async with running() as pilot:
        await press(pilot, "question_mark", key)
        assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_the_line_of_keys_keeps_the_way_to_all_keys_when_space_is_short(running: Running) -> None:
    async with running(size=(60, 20)) as pilot:
        pilot.app.open_exercise("absmax-int8")  # type: ignore[attr-defined]
        await settled(pilot)
        line = shown(pilot).splitlines()[-1]
        assert "⏎ Start" in line
        assert line.rstrip().endswith("? All keys")


async def test_a_click_on_the_line_of_keys_presses_the_key(running: Running) -> None:
    async with running() as pilot:
        line = shown(pilot).splitlines()[-1]
        await pilot.click("KeyBar", offset=(line.index("Quiz"), 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, QuizScreen)


async def _choose(pilot: object, words: str) -> None:
    await pilot.press("ctrl+p")  # type: ignore[attr-defined]
    palette = pilot.app.screen  # type: ignore[attr-defined]
    assert isinstance(palette, CommandPalette)
    await pilot.press(*words)  # type: ignore[attr-defined]
    await until(pilot, lambda: _first_hit(palette) == words.casefold().replace(" ", ""))  # type: ignore[arg-type]
    await pilot.press("enter")  # type: ignore[attr-defined]
    await until(pilot, lambda: not isinstance(pilot.app.screen, CommandPalette))  # type: ignore[arg-type,attr-defined]
    await settled(pilot)  # type: ignore[arg-type]


def _first_hit(palette: CommandPalette) -> str:
    from textual.command import CommandList

    commands = palette.query_one(CommandList)
    if not commands.option_count:
        return ""
    prompt = str(commands.get_option_at_index(0).prompt).split("\n")[0]
    return prompt.casefold().replace(" ", "")


async def test_the_palette_reaches_lessons_exercises_quizzes_commands_and_themes(running: Running) -> None:
    async with running() as pilot:
        await _choose(pilot, "Exercise: int8 with one scale")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        await _choose(pilot, "Lesson: A scale for each row")
        assert isinstance(pilot.app.screen, LessonScreen)
        await _choose(pilot, "Course map")
        assert isinstance(pilot.app.screen, CourseMapScreen)
        await _choose(pilot, "Quiz: How few bits are enough")
        assert isinstance(pilot.app.screen, QuizScreen)
        await _choose(pilot, "Theme: tutor-light")
        assert pilot.app.theme == "tutor-light"


async def test_the_theme_is_kept(running: Running, home: Path) -> None:
    async with running() as pilot:
        pilot.app.theme = "tutor-light"
        await settled(pilot)
    async with running(over=PracticeEngine(home)) as pilot:
        assert pilot.app.theme == "tutor-light"


async def test_a_course_that_is_broken_is_one_notice_and_the_right_exit_code(home: Path) -> None:
    class Broken(PracticeEngine):
        def open(self) -> None:
            raise EnvironmentProblem("The folder is read-only.", where=str(home), next_step="Set TUTOR_HOME.")

    app = TutorApp(Broken(home))
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, ProblemScreen))
        await pilot.pause()
        assert "The folder is read-only." in shown(pilot)
        assert "Set TUTOR_HOME." in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_code == 3


async def test_keys_pressed_before_the_course_is_loaded_do_no_harm(home: Path) -> None:
    import threading

    go = threading.Event()

    class Slow(PracticeEngine):
        def open(self) -> None:
            go.wait(5)
            super().open()

    app = TutorApp(Slow(home))
    async with app.run_test() as pilot:
        await pilot.press("enter", "n", "u", "i", "down", "escape", "question_mark", "escape")
        await pilot.press("ctrl+p")
        await pilot.press("escape")
        go.set()
        await settled(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, LessonScreen)


async def test_ctrl_q_quits_from_a_field_too_and_keeps_the_draft(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "u")
        screen = pilot.app.screen
        assert isinstance(screen, QuizScreen)
        screen.sitting.position = [item.kind for item in screen.sitting.items.values()].index("numeric")
        screen.show_question()
        await settled(pilot)
        await pilot.press("4", "2", "ctrl+q")
        await pilot.pause()
    kept = engine.store.bookmark("quiz:bits")
    assert kept["drafts"] == {"bits-footprint": "42"}


async def test_a_fault_of_our_own_is_one_line_and_a_file_not_a_traceback(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = TutorApp(PracticeEngine(home))

    async def fail() -> None:
        async with app.run_test() as pilot:
            await settled(pilot)
            app.call_later(lambda: 1 / 0)
            await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert app.return_code == 5
    assert "ZeroDivisionError" in (home / "fault.txt").read_text()
    printed = capsys.readouterr()
    assert "Nothing you did is lost." in printed.err
    assert "Traceback" not in printed.err + printed.out


async def test_the_keys_list_settings_and_no_sign_stands_apart_from_its_word(running: Running) -> None:
    async with running(size=(80, 24)) as pilot:
        await press(pilot, "question_mark", "end")
        told = shown(pilot)
        assert ",   Settings" in told
        assert "✗ not passed" in told
