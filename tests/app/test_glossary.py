"""The glossary: from every screen, narrowed by typing, and the way to the step that teaches a term."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from tests.app.conftest import Running, press, settled, shown
from tests.app.fakes import PracticeEngine
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.finder import Choices
from tutor.app.screens.glossary import GlossaryScreen
from tutor.app.screens.keys import KeysScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.problem import ProblemScreen
from tutor.errors import ContentProblem


def listed(screen: object) -> list[str]:
    assert isinstance(screen, GlossaryScreen)
    choices = screen.query_one(Choices)
    return [str(choices.get_option_at_index(n).prompt).split("  ")[0] for n in range(choices.option_count)]


def cursor(screen: object) -> str:
    assert isinstance(screen, GlossaryScreen)
    return listed(screen)[screen.query_one(Choices).highlighted or 0]


async def test_the_terms_stand_by_the_alphabet_with_the_definition_of_the_first(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g")
        assert listed(pilot.app.screen) == ["absmax", "bf16", "per-row", "round trip", "scale"]
        text = shown(pilot)
        assert "5 terms" in text
        assert "The largest magnitude of the weights that share a scale." in text
        assert "⏎ How few bits are enough › One scale for a matrix" in text
        assert "`" not in text, "code is styled, not quoted"


@pytest.mark.parametrize("opening", ["map", "lesson", "quiz", "exercise", "prompts", "error map", "search"])
async def test_ctrl_g_opens_it_from_every_screen_and_closes_it_again(running: Running, opening: str) -> None:
    async with running() as pilot:
        app = pilot.app
        {
            "map": lambda: None,
            "lesson": lambda: app.open_lesson("bits"),  # type: ignore[attr-defined]
            "quiz": lambda: app.open_quiz("bits"),  # type: ignore[attr-defined]
            "exercise": lambda: app.open_exercise("absmax-int8"),  # type: ignore[attr-defined]
            "prompts": lambda: app.open_prompts("bits"),  # type: ignore[attr-defined]
            "error map": lambda: app.open_error_map(),  # type: ignore[attr-defined]
            "search": lambda: app.open_search(),  # type: ignore[attr-defined]
        }[opening]()
        await settled(pilot)
        before = app.screen
        await press(pilot, "ctrl+g")
        assert isinstance(app.screen, GlossaryScreen)
        await press(pilot, "ctrl+g")
        assert app.screen is before


async def test_ctrl_g_works_while_a_field_is_typed_in(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "enter", "n", "n", "k", "ctrl+g")
        assert isinstance(pilot.app.screen, GlossaryScreen)


async def test_typing_narrows_the_list_by_name_other_name_and_definition(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g", *"scale")
        assert listed(pilot.app.screen) == ["scale", "absmax", "per-row"]
        assert "3 of 5 terms" in shown(pilot)
        pilot.app.screen.query_one(Input).value = "Per Channel"
        await settled(pilot)
        assert listed(pilot.app.screen) == ["per-row"]
        assert "per-row  also: per-channel, row-wise" in shown(pilot)


async def test_the_cursor_keys_move_in_the_list_while_the_field_is_typed_in(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g", "down", "down")
        assert cursor(pilot.app.screen) == "per-row"
        assert "A scale for each row of a matrix." in shown(pilot)
        await press(pilot, "up")
        assert cursor(pilot.app.screen) == "bf16"
        await press(pilot, "pagedown")
        assert cursor(pilot.app.screen) == "scale"
        await press(pilot, "pageup")
        assert cursor(pilot.app.screen) == "absmax"


async def test_enter_opens_the_step_that_teaches_the_term(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g", *"round", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert (screen.lesson.id, screen.pages[screen.position]) == ("bits", "demo")
        await press(pilot, "q")
        assert isinstance(pilot.app.screen, CourseMapScreen), "nothing is left in between"


@pytest.mark.parametrize("opening", ["lesson", "quiz", "exercise"])
async def test_who_follows_a_term_comes_back_to_where_they_were(running: Running, opening: str) -> None:
    async with running() as pilot:
        app = pilot.app
        {
            "lesson": lambda: app.open_lesson("bits"),  # type: ignore[attr-defined]
            "quiz": lambda: app.open_quiz("bits"),  # type: ignore[attr-defined]
            "exercise": lambda: app.open_exercise("absmax-int8"),  # type: ignore[attr-defined]
        }[opening]()
        await settled(pilot)
        before = app.screen
        await press(pilot, "ctrl+g", *"per-row", "enter")
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.lesson.id == "scales"
        await press(pilot, "ctrl+g", *"round", "enter")
        assert isinstance(app.screen, LessonScreen)
        assert app.screen.lesson.id == "bits"
        await press(pilot, "q")
        assert app.screen is before, "and not the first of the two terms"


async def test_a_click_opens_as_well(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g")
        await pilot.click(OptionList, offset=(3, 2))
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.lesson.id == "scales"


async def test_escape_empties_the_field_first_and_then_leaves(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g", "q", "escape")
        screen = pilot.app.screen
        assert isinstance(screen, GlossaryScreen)
        assert screen.query_one(Input).value == ""
        assert len(listed(screen)) == 5
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_what_no_term_has_is_said_and_enter_does_nothing(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "ctrl+g", *"zzz", "enter", "down")
        assert "No term has “zzz”." in shown(pilot)
        assert isinstance(pilot.app.screen, GlossaryScreen)
        assert "⏎ Open" not in shown(pilot)


async def test_its_keys_are_listed_by_f1_as_the_question_mark_is_typed(running: Running) -> None:
    async with running(size=(80, 50)) as pilot:
        await press(pilot, "ctrl+g", "question_mark")
        assert pilot.app.screen.query_one(Input).value == "?"
        assert "F1 All keys" in shown(pilot)
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, KeysScreen)
        text = shown(pilot)
        assert "⏎   Open" in text
        assert "esc   Back" in text
        assert "^g   The glossary: what each term means" in text


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_a_definition_fits_at_every_size(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        await press(pilot, "ctrl+g", "down", "down")
        beside = (line.rpartition("│")[2] for line in shown(pilot).splitlines())
        text = " ".join(" ".join(beside).split())
        assert "A large weight then spoils its own row only." in text
        assert "⏎ A scale for each row › The row that paid" in text


async def test_a_course_without_a_glossary_says_so(running: Running, engine: PracticeEngine) -> None:
    engine.glossary = lambda: ()  # type: ignore[method-assign]
    async with running() as pilot:
        await press(pilot, "ctrl+g")
        assert "This course has no glossary." in shown(pilot)


async def test_a_broken_glossary_is_one_notice(running: Running, engine: PracticeEngine) -> None:
    def fail() -> tuple[()]:
        raise ContentProblem("The lesson 'bits' has no step 'wy'.", where="glossary.yaml", line=5, column=13)

    engine.glossary = fail  # type: ignore[method-assign]
    async with running() as pilot:
        await press(pilot, "ctrl+g")
        assert isinstance(pilot.app.screen, ProblemScreen)
        assert "glossary.yaml:5:13" in shown(pilot)
        await press(pilot, "enter", "escape")
        assert isinstance(pilot.app.screen, CourseMapScreen)
