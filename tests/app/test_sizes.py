"""Every screen on small and large terminals, and while the terminal changes its size."""

from __future__ import annotations

import random

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Running, settled
from tests.app.pictures import Scene
from tests.app.test_snapshots import SCREENS, STATES
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar

SMALL, USUAL, LARGE = (60, 20), (80, 24), (250, 80)


def overflowing(pilot: Pilot[int]) -> list[str]:
    """The widgets whose visible part reaches beyond the screen's right edge, and bars that are not one line."""
    width, height = pilot.app.size
    found = []
    for widget in pilot.app.screen.query("*"):
        if not widget.display or not widget.is_on_screen:
            continue
        region = widget.region
        if region.x < 0 or region.right > width:
            found.append(f"{widget!r} at {region}")
    for bar, line in ((TopBar, 0), (KeyBar, height - 1)):
        for widget in pilot.app.screen.query(bar):
            if (widget.region.y, widget.region.height, widget.region.width) != (line, 1, width):
                found.append(f"{widget!r} at {widget.region}")
    return found


@pytest.mark.parametrize("scene", [*SCREENS, *STATES], ids=lambda scene: scene.__name__)
async def test_nothing_reaches_beyond_the_screen_whatever_its_size(running: Running, scene: Scene) -> None:
    chance = random.Random(scene.__name__)
    async with running(size=SMALL) as pilot:
        await scene(pilot)
        assert not overflowing(pilot)
        if scene in SCREENS:
            for _ in range(8):
                await pilot.resize_terminal(chance.randint(2, 250), chance.randint(2, 80))
        for size in (LARGE, USUAL):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert not overflowing(pilot)
