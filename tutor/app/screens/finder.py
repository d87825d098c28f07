"""A field to type in, what is left of a list, and more about the line under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tutor.app.screens.base import TutorScreen
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar


@dataclass(frozen=True)
class Row:
    """One line of the list; ``about`` is asked for when the cursor is on it, ``open`` is what Enter does."""

    line: Content
    about: Callable[[], Content]
    open: Callable[[], object]


class Choices(OptionList, can_focus=False):
    """The list below the field: the field keeps the focus, and the screen's keys move the cursor."""


class FinderScreen(TutorScreen):
    """What is typed narrows the list at once; the cursor keys move in it meanwhile."""

    HEADING: ClassVar[str]
    PLACEHOLDER: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", priority=True),
        Binding("escape", "back", "Back"),
        Binding("up", "move('cursor_up')", "Up", show=False),
        Binding("down", "move('cursor_down')", "Down", show=False),
        Binding("pageup", "move('page_up')", "A page up", show=False),
        Binding("pagedown", "move('page_down')", "A page down", show=False),
        Binding("f1", "app.keys", "All keys", key_display="F1"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[Row] = ()
        self.prepared = False

    # --- what a kind of finder says ---------------------------------------------------------------

    def prepare(self) -> None:
        """Read what is looked through; runs in a thread. May raise a TutorProblem."""
        raise NotImplementedError

    def find(self, typed: str) -> Sequence[Row]:
        """The lines for what is typed, the best first. Fast: it is asked at every key."""
        raise NotImplementedError

    def nothing(self, typed: str) -> str:
        """What to say when no line is left."""
        raise NotImplementedError

    def note(self) -> str:
        """The figure at the right of the top line."""
        raise NotImplementedError

    # --- the screen -------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield TopBar(self.tutor.engine.content.title, self.HEADING)
        yield Input(id="find", placeholder=self.PLACEHOLDER, compact=True)
        with Horizontal(id="finder"):
            yield Choices(id="found")
            yield Static(id="about-found")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#find").focus()
        self._prepare()

    @work(exclusive=True, group="find")
    async def _prepare(self) -> None:
        with self.tutor.problems_shown():
            await asyncio.to_thread(self.prepare)
            self.prepared = True
            self.show_rows()

    @on(Input.Changed, "#find")
    def show_rows(self) -> None:
        """List what fits to what is typed, with the cursor on the best."""
        if not self.prepared:
            return
        typed = self.query_one("#find", Input).value
        self.rows = self.find(typed)
        choices = self.query_one(Choices)
        choices.clear_options()
        choices.add_options(Option(row.line, id=str(number)) for number, row in enumerate(self.rows))
        self.query_one(TopBar).note = self.note()
        if self.rows:
            choices.highlighted = 0
        else:
            self.query_one("#about-found", Static).update(Content.styled(self.nothing(typed), "$quiet"))
        self.refresh_bindings()

    @on(OptionList.OptionHighlighted, "#found")
    def tell_about(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self.rows):
            with self.tutor.problems_shown():
                self.query_one("#about-found", Static).update(self.rows[event.option_index].about())

    @on(OptionList.OptionSelected, "#found")
    def open_clicked(self, event: OptionList.OptionSelected) -> None:
        self.rows[event.option_index].open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self.rows) if action == "open" else True

    def action_open(self) -> None:
        here = self.query_one(Choices).highlighted
        if here is not None and here < len(self.rows):
            self.rows[here].open()

    def action_move(self, how: str) -> None:
        getattr(self.query_one(Choices), f"action_{how}")()

    def action_back(self) -> None:
        """Empty the field first, then leave."""
        field = self.query_one("#find", Input)
        if field.value:
            field.value = ""
        else:
            self.dismiss()
