"""All keys of the screen below, and what the glyphs mean."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tutor.app.theme import COLOURS, GLYPHS, status_word

HIDDEN = frozenset({"screen.copy_text", "app.help_quit", "screen.minimize", "app.command_palette"})
EVERYWHERE = (
    ("^p", "Find any lesson, exercise, command or theme"),
    ("?", "This list"),
    ("^q", "Quit the tutor from anywhere"),
)


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
            yield Static(_table(self.rows))
            yield Static("Keys everywhere", classes="section")
            yield Static(_table(EVERYWHERE))
            yield Static("Glyphs", classes="section")
            statuses = ("new", "started", "done", "due", "seen", "tested-out", "failed")
            legend = [
                Content.assemble((GLYPHS[status], COLOURS[status]), f" {status_word(status)}") for status in statuses
            ]
            yield Static(Content("   ").join(legend))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()


def _rows(below: Screen[Any]) -> list[tuple[str, str]]:
    """The keys of every binding that works below, gathered by what they do."""
    keys: dict[str, list[str]] = {}
    for active in below.active_bindings.values():
        binding = active.binding
        name = binding.action if "." in binding.action else f"screen.{binding.action}"
        if not active.enabled or name in HIDDEN or not binding.description or name.startswith("app."):
            continue
        shown = below.app.get_key_display(binding)
        names = keys.setdefault(binding.description, [])
        if shown not in names:
            names.append(shown)
    return [(" ".join(names), description) for description, names in keys.items()]


def _table(rows: Any) -> Content:
    width = max((len(keys) for keys, _ in rows), default=0)
    return Content("\n").join(
        Content.assemble((f"{keys:>{width}}", "bold $primary"), f"   {description}") for keys, description in rows
    )
