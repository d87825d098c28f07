"""The app over the practice course, with nothing in it that depends on the hour or the machine."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from tests.app.fakes import PracticeEngine
from tests.app.pictures import PICTURES
from tutor.app.tutor_app import TutorApp

Running = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture(scope="session", autouse=True)
def sheets_parsed_once() -> Iterator[None]:
    """All apps read the same style sheets: the first parses them, and nobody changes the rules."""
    parse = Stylesheet._parse_rules
    known: dict[object, list[RuleSet]] = {}

    def recall(
        sheet: Stylesheet, css: str, read_from: tuple[str, str], *rest: Any, **named: Any
    ) -> list[RuleSet]:
        key = (css, read_from, rest, *named.items(), *sheet._variables.items())
        if key not in known:
            known[key] = parse(sheet, css, read_from, *rest, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", recall)
        yield


@pytest.fixture(autouse=True)
def same_everywhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No animation, UTC, a short path to the learner's files, the same draw of every quiz."""
    monkeypatch.setenv("TUTOR_NO_MOTION", "1")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("tutor.quiz.sitting.fresh_seed", lambda: 7)
    monkeypatch.setattr("tutor.app.widgets.demo_panel.monotonic", lambda: 0.0)


@pytest.fixture
def engine(home: Path) -> PracticeEngine:
    return PracticeEngine(home)


@pytest.fixture
def running(engine: PracticeEngine) -> Running:
    """``async with running() as pilot``: the app with its map filled and nothing left to do."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (80, 24), over: PracticeEngine = engine
    ) -> AsyncIterator[Pilot[int]]:
        app = TutorApp(over)
        async with app.run_test(size=size) as pilot:
            await begun(pilot)
            yield pilot

    return run


@pytest.fixture
def looks_as_it_did(
    snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., bool]:
    """``looks_as_it_did(app, scene, rest, name, size, theme)``: compares with the picture that was accepted."""

    def compare(app: Callable[[], App[int]], *scene: Any) -> bool:
        picture = PICTURES.take(app, *scene)
        monkeypatch.setattr("textual._doc.take_svg_screenshot", lambda **_: picture)
        return snap_compare(App())

    return compare


async def settled(pilot: Pilot[int]) -> None:
    """Until no worker runs and nothing waits to be shown."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def begun(pilot: Pilot[int]) -> None:
    """Until the course is on the map, and nothing moves any more."""
    assert isinstance(pilot.app, TutorApp)
    app = pilot.app
    await until(pilot, lambda: app.ready, seconds=30)
    await settled(pilot)


async def press(pilot: Pilot[int], *keys: str) -> None:
    """Press keys one by one, and wait after each until everything is at rest."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def until(pilot: Pilot[int], condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that takes a while; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await pilot.pause(0.02)


def key_bar(pilot: Pilot[int]) -> str:
    """The keys that matter now, at the foot of the screen."""
    return shown(pilot).splitlines()[-1]


async def read_to_the_end(pilot: Pilot[int]) -> None:
    """Press Enter as long as it only turns to what is below the fold."""
    while "⏎ Read on" in key_bar(pilot):
        await press(pilot, "enter")


def told(pilot: Pilot[int]) -> str:
    """The notices that stand in the corner, which wrap."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


def shown(pilot: Pilot[int]) -> str:
    """The screen's text, line by line, as a reader sees it."""
    width, height = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in lines[:height])
