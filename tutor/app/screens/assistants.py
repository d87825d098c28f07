"""Which assistant to open with the prompt filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from tutor.assist import Assistant


class AssistantsScreen(ModalScreen["Assistant | None"]):
    """A list to choose from; those without a documented link get the prompt by the clipboard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape", "dismiss(None)", "Back")]

    def __init__(self, assistants: Sequence[Assistant]) -> None:
        super().__init__()
        self.assistants = assistants

    def compose(self) -> ComposeResult:
        with Vertical(classes="notice"):
            yield Static("Open with this prompt", classes="section")
            yield OptionList(*(Option(_line(one)) for one in self.assistants))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.assistants[event.option_index])


def _line(one: Assistant) -> Content:
    how = "  sends it at once" if one.sends else "" if one.url else "  copies the prompt, for you to paste"
    return Content.assemble(one.name, (how, "$quiet"))
