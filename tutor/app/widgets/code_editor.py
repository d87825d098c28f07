"""A small editor for Python, for those who have none: colours, indentation, undo."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

INDENT = 4
COLOURS = {
    "primary": (
        *("keyword", "keyword.function", "keyword.operator", "keyword.return"),
        *("include", "repeat", "conditional", "exception"),
    ),
    "secondary": ("number", "float", "boolean", "constant.builtin"),
    "success": ("string", "string.documentation"),
    "accent": ("function", "function.call", "method", "method.call", "type", "type.class", "constructor"),
    "quiet": ("comment",),
}
"""Which of tree-sitter's names for pieces of Python get which colour of the theme."""


class CodeEditor(TextArea):
    """Enter keeps the indentation, and deepens it after a colon; Tab and Shift+Tab move whole lines too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+tab", "dedent", "Indent less", show=False),
        Binding("ctrl+z,super+z", "undo", "Undo", show=False),
        Binding("ctrl+y,super+y", "redo", "Redo", show=False),
    ]

    def __init__(self, source: str, *, wrap: bool = True, id: str | None = None) -> None:
        super().__init__(
            source, language="python", id=id, soft_wrap=wrap, show_line_numbers=True, tab_behavior="indent"
        )
        self.indent_width = INDENT

    def on_mount(self) -> None:
        self._follow_theme()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._follow_theme())

    def _follow_theme(self) -> None:
        """Colour the code with the colours of the app's theme."""
        variables = self.app.theme_variables
        styles = {
            piece: Style(color=Color.parse(variables[colour]).rich_color)
            for colour, pieces in COLOURS.items()
            for piece in pieces
        }
        name = f"tutor:{self.app.theme}"
        self.register_theme(TextAreaTheme(name, syntax_styles=styles))
        self.theme = name

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._new_line()
        elif event.key == "tab" and self.selection.start[0] != self.selection.end[0]:
            event.stop()
            event.prevent_default()
            self._shift_lines(INDENT)
        else:
            await super()._on_key(event)

    def _new_line(self) -> None:
        row, column = min(self.selection)
        before = self.document.get_line(row)[:column]
        indent = before[: len(before) - len(before.lstrip(" "))]
        if before.rstrip().endswith(":"):
            indent += " " * INDENT
        self._replace_via_keyboard(f"\n{indent}", *self.selection)

    def action_dedent(self) -> None:
        self._shift_lines(-INDENT)

    def _shift_lines(self, by: int) -> None:
        """Move the lines of the selection, or the cursor's, to the right or the left."""
        selection = self.selection
        first, last = sorted((selection.start[0], selection.end[0]))
        moved = {}
        for row in range(first, last + 1):
            line = self.document.get_line(row)
            spaces = len(line) - len(line.lstrip(" "))
            if by > 0:
                moved[row] = by if line.strip() else 0
                self.insert(" " * moved[row], (row, 0), maintain_selection_offset=False)
            else:
                moved[row] = -min(-by, spaces)
                self.delete((row, 0), (row, -moved[row]), maintain_selection_offset=False)
        start, end = ((row, max(0, column + moved[row])) for row, column in (selection.start, selection.end))
        self.selection = type(selection)(start, end)
