"""A page of source code or of a diff, to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.app.widgets.code import Listing
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar


class SourceScreen(Screen[None]):
    """Sections of text under headings, and of code."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape,enter", "dismiss", "Back", key_display="q")]

    def __init__(self, title: str, sections: Sequence[tuple[str, Content | Listing]]) -> None:
        super().__init__()
        self.heading = title
        self.sections = sections

    def compose(self) -> ComposeResult:
        yield TopBar(self.heading)
        with VerticalScroll(id="page"):
            for heading, text in self.sections:
                if heading:
                    yield Static(Content(heading), classes="section")
                yield text if isinstance(text, Listing) else Static(text, classes="source")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
