"""The last page of a lesson: things to try, exercises, the quiz, the prompts, the next lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.app.text import hanging, inline
from tutor.app.theme import COLOURS, GLYPHS

PADDING = 2  # of a line, both sides


@dataclass(frozen=True)
class Way:
    """Something to open from here. ``opens`` is ``exercise:ID``, ``demo:knob=value``, ``quiz``,
    ``own-words:ID``, ``prompts`` or ``next``; ``section`` stands above the first of its kind."""

    section: str
    text: str
    opens: str
    status: str = "new"
    note: str = ""


class GoOn(OptionList):
    """The ways on, under their headings; Enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open"),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """A way on was chosen."""

        way: Way

    def __init__(self, ways: Sequence[Way]) -> None:
        self.ways = ways
        super().__init__(*_options(ways))

    def on_resize(self) -> None:
        """Lines that are continued hang under their text, not under the glyph."""
        width = self.scrollable_content_region.width - PADDING
        for number, way in enumerate(self.ways):
            self.replace_option_prompt(str(number), hanging(_glyph(way), _line(way), width))

    def on_mount(self) -> None:
        """Begin on the first way that is not done yet."""
        fresh = [way for way in self.ways if way.status not in ("done", "passed", "tested-out")]
        if fresh or self.ways:
            self.highlighted = self.get_option_index(str(self.ways.index((fresh or list(self.ways))[0])))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self.ways[int(str(event.option.id))]))


def _options(ways: Sequence[Way]) -> list[Option]:
    options: list[Option] = []
    section = ""
    for number, way in enumerate(ways):
        if way.section != section:
            if options:
                options.append(Option(" ", disabled=True))
            section = way.section
            options.append(Option(Content.styled(section, "bold $quiet"), disabled=True))
        options.append(Option(Content.assemble(_glyph(way), _line(way)), id=str(number)))
    return options


def _glyph(way: Way) -> tuple[str, str]:
    return f"{GLYPHS.get(way.status, '○')} ", COLOURS.get(way.status, "$quiet")


def _line(way: Way) -> Content:
    return Content.assemble(inline(way.text), "  ", inline(way.note).stylize("$quiet"))
