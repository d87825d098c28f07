"""The points of an open question, each to be ticked where the learner's answer makes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.app.text import hanging, inline

BOX = {True: ("[✓] ", "bold $success"), False: ("[ ] ", "$quiet")}
PADDING = 2  # of a line, both sides


class Points(OptionList):
    """Space, a click or a point's number ticks it and takes the tick away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "Tick"),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another point was ticked, or one no longer."""

        made: frozenset[int]

    def __init__(self, points: Sequence[str], made: Collection[int]) -> None:
        self.points, self.made = points, set(made)
        self.lines = [(0, 1)] * len(points)  # where each begins, and how many it takes
        super().__init__(*(Option("", id=str(number)) for number in range(len(points))))

    def on_mount(self) -> None:
        self.highlighted = 0
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def tick(self, number: int) -> None:
        """Tick a point, or take its tick away."""
        self.made ^= {number}
        self.highlighted = number
        self._draw()
        self.post_message(self.Changed(frozenset(self.made)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.tick(event.option_index)

    def _draw(self) -> None:
        width = self.scrollable_content_region.width - PADDING
        top = 0
        for number, point in enumerate(self.points):
            prompt = hanging(BOX[number in self.made], inline(" ".join(point.split())), width)
            height = prompt.plain.count("\n") + 1
            self.lines[number], top = (top, height), top + height
            self.replace_option_prompt(str(number), prompt)
