"""Questions that are answered by moving over rows: choices, orders, matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tutor.app.widgets.questions.base import QuestionWidget

if TYPE_CHECKING:
    from tutor.quiz import Item

CURSOR = "▌ "


class Rows(Widget, can_focus=True):
    """Rows with a cursor. Each row is a lead (its key and its state) and a text that may wrap."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
    ]

    cursor: reactive[int] = reactive(-1)

    class Clicked(Message):
        """A row was clicked; the cursor is on it."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._rows: list[tuple[Content, Content]] = []

    def show(self, rows: list[tuple[Content, Content]]) -> None:
        self._rows = rows
        self.refresh(layout=True)

    def action_move(self, step: int) -> None:
        if self._rows:
            self.cursor = min(max(self.cursor + step, 0), len(self._rows) - 1)

    # --- drawing ----------------------------------------------------------------------------------

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return sum(len(self._wrapped(number, width)) for number in range(len(self._rows)))

    def render(self) -> Content:
        width = self.content_size.width
        lines = [line for number in range(len(self._rows)) for line in self._wrapped(number, width)]
        return Content("\n").join(lines)

    def _wrapped(self, number: int, width: int) -> list[Content]:
        lead, text = self._rows[number]
        here = number == self.cursor
        margin = Content.styled(CURSOR if here else "  ", "$primary")
        indent = lead.cell_length
        words = text.wrap(max(8, width - indent - len(CURSOR)))
        lines = [margin + lead + words[0], *(margin + Content(" " * indent) + word for word in words[1:])]
        if here and self.has_focus:
            lines = [line.pad_right(max(0, width - line.cell_length)) for line in lines]
            lines = [line.stylize_before("on $block-cursor-background") for line in lines]
        return lines

    def row_at(self, y: int) -> int:
        """The row that the line ``y`` belongs to, or -1."""
        for number in range(len(self._rows)):
            y -= len(self._wrapped(number, self.content_size.width))
            if y < 0:
                return number
        return -1

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and (number := self.row_at(offset.y)) >= 0:
            self.cursor = number
            self.post_message(self.Clicked())


def sign_of(right: bool) -> tuple[str, str]:
    """The sign of a row once the answer was scored, and its colour."""
    return ("✓", "bold $success") if right else ("✗", "bold $error")


class RowsQuestion(QuestionWidget):
    """A question over rows. Subclasses say what the rows are and what the keys do with them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "answer", "Answer")]

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.rows = Rows()

    def compose(self) -> ComposeResult:
        yield self.rows

    def on_mount(self) -> None:
        self.show()

    def focus(self, scroll_visible: bool = True) -> RowsQuestion:
        self.rows.focus(scroll_visible)
        return self

    def show(self) -> None:
        self.rows.show(self.lines())

    def lines(self) -> list[tuple[Content, Content]]:
        """Each row as what leads it and its text."""
        raise NotImplementedError

    def touched(self) -> None:
        """Something was chosen or moved."""
        self.show()

    def action_answer(self) -> None:
        self.submit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return not self.locked

    def watch_locked(self) -> None:
        self.rows.can_focus = not self.locked
        self.refresh_bindings()
        self.show()
