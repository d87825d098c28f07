"""All keys of the screen below, and what the glyphs mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tutor.app.theme import COLOURS, GLYPHS, status_word

EVERYWHERE = (
    ("^p", "Find lessons, exercises, terms and commands"),
    ("^g", "The glossary: what each term means"),
    (",", "Settings: colours, your editor, the device"),
    ("? f1", "This list"),
    ("↑ ↓ pgup pgdn", "Scroll, or move in a list"),
    ("tab", "To the next field"),
    ("^q", "Quit the tutor from anywhere"),
)
LEGEND = (("new", "started", "done", "due"), ("seen", "tested-out", "failed"))
"""In lines of their own, so that no sign stands apart from its word."""


class KeysScreen(ModalScreen[None]):
    """``?`` lists what every key does here; any of the closing keys goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark,f1", "dismiss", "Close"),
    ]

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self.rows = _rows(below)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="notice keys"):
            yield Static("Keys here", classes="section")
            width = max(cell_len(keys) for keys, _ in (*self.rows, *EVERYWHERE))
            yield Static(_table(self.rows, width))
            yield Static("Keys everywhere", classes="section")
            yield Static(_table(EVERYWHERE, width))
            yield Static("Glyphs", classes="section")
            yield Static(Content("\n").join(_legend(statuses) for statuses in LEGEND))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def _legend(statuses: Sequence[str]) -> Content:
    return Content("   ").join(
        Content.assemble((GLYPHS[status], COLOURS[status]), f" {status_word(status)}") for status in statuses
    )


def _rows(below: Screen[Any]) -> list[tuple[str, str]]:
    """The keys of every binding of ours that works below, gathered by what they do."""
    keys: dict[str, list[str]] = {}
    for active in below.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.description or binding.action not in _own_actions(active.node):
            continue
        shown = below.app.get_key_display(binding)
        names = keys.setdefault(binding.description, [])
        if shown not in names:
            names.append(shown)
    return [(" ".join(names), description) for description, names in keys.items()]


def _own_actions(node: DOMNode) -> set[str]:
    """What the tutor's own screens and widgets bind; Textual's keys for scrolling are told in one line."""
    return {
        binding.action
        for cls in type(node).__mro__
        if cls.__module__.startswith(("tutor.app.screens", "tutor.app.widgets"))
        for binding in cls.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
    }


def _table(rows: Sequence[tuple[str, str]], width: int) -> Content:
    return Content("\n").join(
        Content.assemble((f"{keys:>{width}}", "bold $primary"), f"   {description}")
        for keys, description in rows
    )
