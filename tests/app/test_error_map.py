"""The error–memory map on the screen."""

from __future__ import annotations

from tests.app.conftest import Running, press, settled, shown, until
from tests.app.fakes import PracticeEngine, write_solution
from tutor.app.screens.error_map import ErrorMapScreen


async def test_the_map_shows_known_schemes_and_says_how_to_get_a_place(running: Running) -> None:
    async with running() as pilot:
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, ErrorMapScreen)
        assert "int4, groups of 128" in shown(pilot)
        assert "None is yours yet" in shown(pilot)
        await press(pilot, "q")
        assert not isinstance(pilot.app.screen, ErrorMapScreen)


async def test_a_quantizer_that_was_passed_has_its_place(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        write_solution(engine, "absmax-int8", good=True)
        pilot.app.open_exercise("absmax-int8")
        await press(pilot, "g", "q")
        await press(pilot, "m")
        await until(pilot, lambda: "7.834" in shown(pilot))
        assert "None is yours yet" not in shown(pilot)


async def test_the_note_to_a_point_stands_below_the_map_beside_its_mark(
    running: Running, engine: PracticeEngine
) -> None:
    engine.note = "GPTQ accepts more error in weights, drawn here, for less in outputs."
    async with running((80, 40)) as pilot:
        await press(pilot, "m")
        assert engine.note not in shown(pilot)
        await press(pilot, "q")
        write_solution(engine, "absmax-int8", good=True)
        pilot.app.open_exercise("absmax-int8")
        await press(pilot, "g", "q")
        await press(pilot, "m")
        await until(pilot, lambda: f"1  {engine.note}" in shown(pilot))


async def test_the_map_can_be_left_while_it_measures(running: Running, engine: PracticeEngine) -> None:
    async with running() as pilot:
        write_solution(engine, "absmax-int8", good=True)
        pilot.app.open_exercise("absmax-int8")
        await press(pilot, "g", "q")
        engine.pause = 30
        await pilot.press("m")
        await until(pilot, lambda: "Measuring yours" in shown(pilot))
        await pilot.press("q")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, ErrorMapScreen)
