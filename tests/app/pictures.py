"""Pictures of a screen in both themes from one run, compared with those that were accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual import _doc
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

Scene = Callable[[Pilot[int]], Awaitable[None]]

THEMES = ("tutor-dark", "tutor-light")
SIZES = ((80, 24), (120, 40))


def looks(*scenes: Callable[..., Awaitable[None]]) -> list[object]:
    """Each scene in each size and theme. The themes of a size follow each other: one run draws both."""
    return [
        pytest.param(
            scene, size, theme, id=f"{scene.__name__}-{size[0]}x{size[1]}-{theme.removeprefix('tutor-')}"
        )
        for scene in scenes
        for size in SIZES
        for theme in THEMES
    ]


class Pictures:
    """What was drawn and not compared yet. The theme is changed under a screen that stands, as in the palette."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, tuple[int, int], str], str] = {}

    def take(
        self,
        app: Callable[[], App[int]],
        scene: Scene,
        rest: Scene,
        name: str,
        size: tuple[int, int],
        theme: str,
    ) -> str:
        """The picture of a scene as SVG; ``rest`` waits until nothing moves any more."""
        if (name, size, theme) not in self._drawn:
            self._draw(app(), scene, rest, name, size)
        return self._drawn.pop((name, size, theme))

    def _draw(self, app: App[int], scene: Scene, rest: Scene, name: str, size: tuple[int, int]) -> None:
        dark, light = THEMES

        async def run(pilot: Pilot[int]) -> None:
            await rest(pilot)
            pilot.app.theme = dark
            await scene(pilot)
            for field in pilot.app.screen.query("Input, TextArea"):
                assert isinstance(field, Input | TextArea)
                field.cursor_blink = False
            pilot.app.clear_notifications()
            await rest(pilot)
            await pilot.wait_for_scheduled_animations()
            self._drawn[name, size, dark] = app.export_screenshot(title=app.title, simplify=True)
            pilot.app.theme = light
            await rest(pilot)
            pilot.app.clear_notifications()

        self._drawn[name, size, light] = _doc.take_svg_screenshot(app, terminal_size=size, run_before=run)


PICTURES = Pictures()
