"""Search on the course map, and what the palette finds beside titles."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot

from tests.app.conftest import Running, press, settled, shown, until
from tests.app.fakes import PracticeEngine
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.finder import Choices
from tutor.app.screens.glossary import GlossaryScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.search import SearchScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.tutor_app import TutorApp
from tutor.errors import ContentProblem


def listed(pilot: Pilot[int]) -> list[str]:
    choices = pilot.app.screen.query_one(Choices)
    prompts = (str(choices.get_option_at_index(n).prompt) for n in range(choices.option_count))
    return [" ".join(prompt.split()) for prompt in prompts]


async def test_slash_lists_the_lessons_and_exercises_before_anything_is_typed(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash")
        assert isinstance(pilot.app.screen, SearchScreen)
        assert listed(pilot) == [
            "lesson How few bits are enough",
            "exercise Bytes of a model How few bits are enough",
            "exercise int8 with one scale How few bits are enough",
            "lesson A scale for each row",
            "exercise A scale for each row A scale for each row",
        ]


async def test_words_of_a_text_are_found_and_marked_where_they_stand(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"half", "space", *"step")
        assert listed(pilot) == ["step One scale for a matrix How few bits are enough"]
        assert "1 place" in shown(pilot)
        assert "by at most half a step, that is scale / 2." in " ".join(shown(pilot).split())


async def test_enter_jumps_to_a_step(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"half", "space", *"step", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.pages[screen.position] == "idea"
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_enter_jumps_to_a_lesson_and_an_exercise(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash", "enter")
        assert isinstance(pilot.app.screen, LessonScreen)
        await press(pilot, "q", "slash", *"memory-foot", "enter")
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, CourseMapScreen), "not the search"


async def test_a_term_opens_in_the_glossary_and_escape_comes_back(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"bfloat16", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, GlossaryScreen)
        assert "A 16-bit float with the range of fp32" in shown(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SearchScreen)


async def test_nothing_found_is_said(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"zzz", "enter")
        assert "“zzz” stands nowhere." in shown(pilot)
        assert isinstance(pilot.app.screen, SearchScreen)
        await press(pilot, "escape", "escape")
        assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_search_and_glossary_wait_for_the_course(home: Path) -> None:
    import threading

    go = threading.Event()

    class Slow(PracticeEngine):
        def open(self) -> None:
            go.wait(5)
            super().open()

    app = TutorApp(Slow(home))
    async with app.run_test() as pilot:
        await pilot.press("slash", "ctrl+g")
        assert isinstance(app.screen, CourseMapScreen)
        go.set()
        await settled(pilot)
        await press(pilot, "slash")
        assert isinstance(app.screen, SearchScreen)


# --- the palette ------------------------------------------------------------------------------


def _hits(palette: CommandPalette) -> list[str]:
    commands = palette.query_one(CommandList)
    options = (commands.get_option_at_index(n) for n in range(commands.option_count))
    return [str(option.prompt).split("\n")[0] for option in options]


async def _typed(pilot: Pilot[int], words: str, wanted: str) -> list[str]:
    await pilot.press("ctrl+p")
    palette = pilot.app.screen
    assert isinstance(palette, CommandPalette)
    await pilot.press(*words)
    await until(pilot, lambda: wanted in _hits(palette))
    await pilot.pause(0.3)
    return _hits(palette)


async def _chosen(pilot: Pilot[int]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, CommandPalette))
    await settled(pilot)


async def test_the_palette_opens_the_glossary_at_a_term(running: Running) -> None:
    async with running() as pilot:
        hits = await _typed(pilot, "row-wise", "Term: per-row · per-channel · row-wise")
        assert hits == ["Term: per-row · per-channel · row-wise"]
        await _chosen(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, GlossaryScreen)
        assert screen.query_one(Choices).highlighted == 2
        assert "A scale for each row of a matrix." in shown(pilot)


async def test_the_palette_opens_a_step_by_its_text(running: Running) -> None:
    async with running() as pilot:
        hits = await _typed(pilot, "magnitude", "Step: One scale for a matrix")
        assert hits == ["Step: One scale for a matrix"]
        await _chosen(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.pages[screen.position] == "idea"


async def test_the_palette_searches_texts_from_three_characters_on(running: Running) -> None:
    async with running() as pilot:
        hits = await _typed(pilot, "ma", "Course map")
        assert not any(hit.startswith("Step: ") for hit in hits)
        await pilot.press("g")
        palette = pilot.app.screen
        assert isinstance(palette, CommandPalette)
        await until(pilot, lambda: "Step: One scale for a matrix" in _hits(palette))


async def test_titles_that_hold_what_is_typed_come_before_texts(running: Running) -> None:
    async with running() as pilot:
        hits = await _typed(pilot, "scale", "Step: One scale for a matrix")
        first_step = next(number for number, hit in enumerate(hits) if hit.startswith("Step: "))
        assert {"Lesson: A scale for each row", "Term: scale · step size"} <= set(hits[:first_step])


@pytest.mark.parametrize(("words", "screen"), [("Glossary", GlossaryScreen), ("Search", SearchScreen)])
async def test_the_palette_opens_both_screens(running: Running, words: str, screen: type) -> None:
    async with running() as pilot:
        hits = await _typed(pilot, words.lower(), words)
        assert hits[0] == words
        await _chosen(pilot)
        assert isinstance(pilot.app.screen, screen)


async def test_the_palette_bears_a_course_that_broke_meanwhile(
    running: Running, engine: PracticeEngine
) -> None:
    def fail() -> tuple[()]:
        raise ContentProblem("broken")

    engine.glossary = fail  # type: ignore[method-assign]
    async with running() as pilot:
        assert "Course map" in await _typed(pilot, "course map", "Course map")
