"""The prompts screen."""

from __future__ import annotations

from tests.app.conftest import Running, press, settled, shown, told, until
from tests.app.fakes import PracticeEngine
from tutor.app.screens.assistants import AssistantsScreen
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.screens.prompts import PromptsScreen


async def test_the_three_levels_are_turned_by_every_key_that_does(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "i")
        screen = pilot.app.screen
        assert isinstance(screen, PromptsScreen)
        for key, level in (
            ("right", 1),
            ("n", 2),
            ("tab", 0),
            ("left", 2),
            ("shift+tab", 1),
            ("1", 0),
            ("3", 2),
            ("2", 1),
        ):
            await press(pilot, key)
            assert screen.level == level, key
        assert "activation outliers ruin naive int8" in shown(pilot)


async def test_c_and_enter_copy_what_is_shown_and_say_how(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "i", "c")
        assert engine.assistance.copied[-1].startswith("I am learning how a language model")
        assert pilot.app.clipboard == engine.assistance.copied[-1], "the terminal is asked too"
        assert "✓ file: copied.md" in shown(pilot)
        await press(pilot, "2", "enter")
        assert engine.assistance.copied[-1].startswith("Explain why activation outliers")
        assert [event.data["level"] for event in engine.store.events("prompt")] == [
            "beginner",
            "intermediate",
        ]


async def test_the_next_prompt_not_used_yet_is_shown_first(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        engine.store.record_event("prompt", "bits", {"level": "beginner"})
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, PromptsScreen)
        assert pilot.app.screen.level == 1


async def test_p_writes_the_lesson_pack_and_says_where(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "i", "p")
        path = engine.home / "work" / "bits-pack.md"
        assert "How few bits are enough" in path.read_text(encoding="utf-8")
        assert "~/work/bits-pack.md" in told(pilot)


async def test_a_pack_that_cannot_be_written_is_told(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        (engine.home / "work").write_text("in the way")
        await press(pilot, "i", "p")
        assert "✗" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, PromptsScreen)


async def test_a_lesson_without_prompts_says_so(running: Running) -> None:
    async with running() as pilot:
        pilot.app.open_prompts("scales")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "no prompts" in shown(pilot)


async def test_q_and_escape_go_back(running: Running) -> None:
    async with running() as pilot:
        for key in ("q", "escape"):
            await press(pilot, "i", key)
            assert isinstance(pilot.app.screen, CourseMapScreen)


async def test_o_opens_an_assistant_or_says_where_it_is(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        await press(pilot, "i")
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, AssistantsScreen))
        await pilot.press("escape")
        await settled(pilot)
        assert engine.assistance.handed_over == []
        await pilot.press("o")
        await until(pilot, lambda: isinstance(pilot.app.screen, AssistantsScreen))
        await pilot.press("down", "enter")
        await settled(pilot)
        chosen = engine.assistance.assistants()[1]
        assert engine.assistance.handed_over[0][0] == chosen.id
        assert f"Open {chosen.page} in a browser." in " ".join(shown(pilot).split())
