"""The lesson screen: steps, guesses, demos, the ways on."""

from __future__ import annotations

from pathlib import Path

from textual.containers import VerticalScroll
from textual.widgets import Input

from tests.app.conftest import Running, key_bar, press, read_to_the_end, settled, shown, told, until
from tests.app.fakes import PracticeEngine, knob_values
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.own_words import OwnWordsScreen
from tutor.app.screens.prompts import PromptsScreen
from tutor.app.screens.quiz import QuizScreen
from tutor.app.screens.source import SourceScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.tutor_app import TutorApp
from tutor.app.widgets.knobs import ChoiceField
from tutor.app.widgets.output_view import OutputView


def lesson_of(pilot: object) -> LessonScreen:
    screen = pilot.app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, LessonScreen)
    return screen


async def test_steps_come_one_at_a_time_by_every_key_that_turns_them(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter")
        screen = lesson_of(pilot)
        assert "Two cards of 80 GB" in shown(pilot)
        for key, page in (("enter", 1), ("left", 0), ("right", 1), ("p", 0), ("n", 1), ("n", 2)):
            await press(pilot, key)
            assert screen.position == page, key
        assert "3 of 4" in shown(pilot)


async def test_a_step_is_remembered_as_read_when_it_is_shown(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n")
        assert engine.store.steps_read()["bits"] == {"why", "idea"}
        await press(pilot, "p", "n")
        assert len(engine.store.events("step", "bits")) == 2, "once each"


async def test_the_place_is_kept_scroll_included(running: Running, home: Path) -> None:
    async with running(size=(60, 20)) as pilot:
        await press(pilot, "enter", "space")
        scrolled = lesson_of(pilot).query_one("#page", VerticalScroll).scroll_y
        assert scrolled > 0
        await press(pilot, "n", "b", "p", "space", "q", "q")
    async with running(size=(60, 20), over=PracticeEngine(home)) as pilot:
        await press(pilot, "enter")
        assert lesson_of(pilot).position == 0
        assert lesson_of(pilot).query_one("#page", VerticalScroll).scroll_y == scrolled


async def test_a_guess_is_one_key_and_is_answered_after_the_demo(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n", "3")
        assert "▸ 3  Nearly all of them become zero" in shown(pilot)
        assert "So it is" not in shown(pilot)
        assert engine.store.events("guess", "bits")[-1].data == {"step": "demo", "guess": 2}
        await press(pilot, "1")
        assert len(engine.store.events("guess", "bits")) == 1, "one guess is enough"
        await press(pilot, "enter")
        await settled(pilot)
        assert "So it is" in shown(pilot)
        await press(pilot, "enter")
        assert lesson_of(pilot).position == 3, "Enter goes on after the run"


async def test_enter_asks_for_a_guess_once_and_then_runs_without(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n")
        await read_to_the_end(pilot)
        await press(pilot, "enter")
        assert engine.demos_run == []
        await press(pilot, "enter")
        assert len(engine.demos_run) == 1


async def test_enter_brings_what_is_below_the_fold_before_it_goes_on(running: Running) -> None:
    """On a low terminal nobody who presses Enter alone misses the second half of a step."""
    async with running(size=(80, 12)) as pilot:
        await press(pilot, "enter")
        frame = pilot.app.screen.query_one("#page", VerticalScroll)
        assert "⏎ Read on" in key_bar(pilot)
        top = frame.scroll_y
        await press(pilot, "enter")
        assert lesson_of(pilot).position == 0
        assert top < frame.scroll_y < top + frame.size.height, "some lines stay in sight"
        await read_to_the_end(pilot)
        assert "⏎ Next" in key_bar(pilot)
        await press(pilot, "enter")
        assert lesson_of(pilot).position == 1


async def test_after_a_resize_enter_does_what_the_new_size_asks_for(running: Running) -> None:
    async with running(size=(80, 60)) as pilot:
        await press(pilot, "enter")
        assert "⏎ Next" in key_bar(pilot)
        await pilot.resize_terminal(80, 12)
        await settled(pilot)
        assert "⏎ Read on" in key_bar(pilot)


async def test_a_guess_without_a_demo_is_answered_at_once(running: Running) -> None:
    async with running() as pilot:
        pilot.app.open_lesson("scales")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "1")
        assert "the 63 neighbours in its row" in shown(pilot)
        await press(pilot, "n", "p")
        assert "the 63 neighbours in its row" in shown(pilot), "and still when one comes back"


async def test_knobs_change_what_the_demo_is_told(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n", "1", "k", *"128", "tab", "tab")
        assert isinstance(pilot.app.focused, ChoiceField)
        await press(pilot, "right", "enter")
        told = knob_values(engine.demos_run[-1])
        assert told == {"size": "128", "outlier": "1000.0", "granularity": "row", "bits": "8"}
        event = engine.store.last_event("demo", "bits")
        assert event is not None
        assert event.data["knobs"] == told
        assert "mean error" in event.data["output"]


async def test_a_knob_out_of_its_range_is_refused_by_name(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n", "1", "k", *"9999", "enter")
        assert engine.demos_run == []
        assert "Rows and columns: a number from 4 up to 512" in told(pilot)
        assert isinstance(pilot.app.focused, Input), "the knob stays at hand"
        await press(pilot, "escape")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "page"
        assert isinstance(pilot.app.screen, LessonScreen), "Escape left the knobs, not the lesson"


async def test_running_again_keeps_the_figures_of_the_run_before(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n", "1", "enter", "r")
        assert len(engine.demos_run) == 2
        text = lesson_of(pilot).query_one(OutputView).text
        assert text.count("mean error") == 2
        assert "run 2 · size 64" in text


async def test_output_streams_and_x_stops_the_demo_at_once(running: Running, home: Path) -> None:
    slow = PracticeEngine(home, pause=0.3)
    async with running(over=slow) as pilot:
        await press(pilot, "enter", "n", "n", "1")
        await pilot.press("enter")
        output = lesson_of(pilot).query_one(OutputView)
        await until(pilot, lambda: "device cpu" in output.text)
        assert "mean error" not in output.text, "the rest has not been printed yet"
        await pilot.press("x")
        await until(pilot, lambda: slow.demos_closed == 1, seconds=1.0)
        await settled(pilot)
        assert "stopped" in shown(pilot)


async def test_q_and_leaving_the_step_end_a_running_demo(running: Running, home: Path) -> None:
    slow = PracticeEngine(home, pause=0.3)
    async with running(over=slow) as pilot:
        await press(pilot, "enter", "n", "n", "1")
        await pilot.press("enter")
        await until(pilot, lambda: len(slow.demos_run) == 1)
        await pilot.press("q")
        await until(pilot, lambda: slow.demos_closed == 1, seconds=1.0)
        assert isinstance(pilot.app.screen, LessonScreen), "the first q only stops"
        await pilot.press("r")
        await until(pilot, lambda: len(slow.demos_run) == 2)
        await pilot.press("n")
        await until(pilot, lambda: slow.demos_closed == 2, seconds=1.0)


async def test_a_try_it_item_runs_the_demo_with_its_variation(
    running: Running, engine: PracticeEngine
) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "t", "enter")
        assert knob_values(engine.demos_run[-1])["granularity"] == "row"
        assert lesson_of(pilot).position == 2


async def test_the_ways_on_open_exercises_the_quiz_the_prompts_and_the_next_lesson(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "t", "j", "j", "enter")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        await press(pilot, "q", "end", "enter")
        assert lesson_of(pilot).lesson.id == "scales"
        pilot.app.open_lesson("bits", "go-on")  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "end", "up", "up", "enter")
        assert isinstance(pilot.app.screen, PromptsScreen)
        await press(pilot, "q", "end", "k", "k", "k", "k", "enter")
        assert isinstance(pilot.app.screen, OwnWordsScreen)
        await press(pilot, "escape", "end", "k", "k", "k", "k", "k", "enter")
        assert isinstance(pilot.app.screen, QuizScreen)


async def test_u_i_and_c_open_the_quiz_the_prompts_and_the_sources(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "u")
        assert isinstance(pilot.app.screen, QuizScreen)
        await press(pilot, "escape", "i")
        assert isinstance(pilot.app.screen, PromptsScreen)
        await press(pilot, "q", "c")
        assert isinstance(pilot.app.screen, SourceScreen)
        assert "1  llama-bytes" in shown(pilot)
        await press(pilot, "q")
        assert "141 GB¹" in shown(pilot)
        await press(pilot, "n", "c")
        assert isinstance(pilot.app.screen, LessonScreen), "a step without citations has no sources"


async def test_escape_and_q_leave_the_lesson(running: Running) -> None:
    async with running() as pilot:
        for key in ("escape", "q"):
            await press(pilot, "enter", key)
            assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_a_lesson_opened_from_a_lesson_replaces_it(running: Running) -> None:
    async with running() as pilot:
        app = pilot.app
        assert isinstance(app, TutorApp)
        app.open_lesson("bits")
        app.open_lesson("scales")
        await settled(pilot)
        assert len(app.screen_stack) == 2


async def test_the_rail_of_steps_stands_beside_a_wide_page_only(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "enter")
        assert "○ What to notice" in shown(pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "○ What to notice" not in shown(pilot)


async def test_the_steps_are_counted_as_on_the_map_and_the_ways_on_are_no_step(running: Running) -> None:
    async with running() as pilot:
        assert "4 steps" in shown(pilot)
        await press(pilot, "enter")
        assert "1 of 4" in shown(pilot)
        await press(pilot, *("n",) * 4)
        assert "● ● ● ●   Go on" in shown(pilot)
