"""What does this program print?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from tutor.app.widgets.code import Listing, python
from tutor.app.widgets.questions.base import QuestionWidget

if TYPE_CHECKING:
    from tutor.quiz import Item


class Lines(TextArea):
    """A few lines of text in which Enter answers, and Ctrl+J begins a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "Answer", priority=True),
        Binding("ctrl+j,shift+enter", "new_line", "New line", key_display="^j", priority=True),
        Binding("escape", "screen.leave", "Leave", priority=True),
    ]

    def action_answer(self) -> None:
        for node in self.ancestors:
            if isinstance(node, QuestionWidget):
                node.submit()

    def action_new_line(self) -> None:
        self.insert("\n")


class OutputWidget(QuestionWidget):
    """The program, and a field for what it prints."""

    KEYS: ClassVar[str] = "type what is printed · ^j begins another line"
    MISSING: ClassVar[str] = "Type what it prints first."

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.field = Lines(
            compact=True, show_line_numbers=False, highlight_cursor_line=False, tab_behavior="focus"
        )

    def compose(self) -> ComposeResult:
        yield Listing(python(self.item.code))
        yield self.field

    def focus(self, scroll_visible: bool = True) -> OutputWidget:
        self.field.focus(scroll_visible)
        return self

    @property
    def answer(self) -> str | None:
        return self.field.text if self.field.text.strip() else None

    @property
    def draft(self) -> object:
        return self.field.text

    def restore(self, draft: object) -> None:
        if isinstance(draft, str):
            self.field.text = draft
            self.field.move_cursor(self.field.document.end)

    def watch_locked(self) -> None:
        self.field.disabled = self.locked
