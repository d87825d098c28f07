"""The list of modules, lessons and exercises on the course map.

It draws only the lines that are on the screen, so that a course of a thousand lessons costs no
more than a course of ten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.app.theme import GLYPHS, status_word

PROGRESS_CELLS = 12


@dataclass(frozen=True)
class MapRow:
    """One line of the map. ``done`` and ``of`` are a module's progress; ``minutes`` the rest's."""

    kind: Literal["gap", "module", "lesson", "exercise", "review"]
    id: str = ""
    title: str = ""
    status: str = "new"
    minutes: int = 0
    done: int = 0
    of: int = 0
    next: bool = False
    newer: bool = False  # the exercise changed since the learner began it or was graded

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def selectable(self) -> bool:
        return self.kind in ("lesson", "exercise", "review")


class CourseList(ScrollView, can_focus=True):
    """A cursor over the rows that can be opened; Enter (or a click) opens one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "course-list--module",
        "course-list--lesson",
        "course-list--exercise",
        "course-list--quiet",
        "course-list--faint",
        "course-list--done",
        "course-list--due",
        "course-list--seen",
        "course-list--next",
        "course-list--cursor",
        "course-list--cursor-blurred",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home", "edge(-1)", "First", show=False),
        Binding("end", "edge(1)", "Last", show=False),
    ]

    cursor: reactive[int] = reactive(-1)

    @dataclass
    class Highlighted(Message):
        row: MapRow

    @dataclass
    class Opened(Message):
        row: MapRow

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[MapRow] = ()

    # --- what is shown ------------------------------------------------------------------------

    @property
    def row(self) -> MapRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[MapRow]:
        return self._rows

    def show(self, rows: Sequence[MapRow], cursor_on: str) -> None:
        """Show ``rows`` with the cursor on the row whose key is ``cursor_on``, else on the first."""
        self._rows = rows
        self.virtual_size = Size(self.size.width, len(rows))
        keys = [row.key for row in rows]
        selectable = [number for number, row in enumerate(rows) if row.selectable]
        self.set_reactive(CourseList.cursor, -1)
        if selectable:
            self.cursor = keys.index(cursor_on) if cursor_on in keys else selectable[0]
        self.refresh()

    def watch_cursor(self, cursor: int) -> None:
        if (row := self.row) is None:
            return
        self.refresh()
        context = 2 if cursor >= 2 else cursor
        self.scroll_to_region(Region(0, cursor - context, 1, context + 2), animate=False, force=True)
        self.post_message(self.Highlighted(row))

    # --- drawing --------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not 0 <= number < len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[number]
        left = self._left(row)
        right = self._right(row)
        here = number == self.cursor
        if here:
            name = "course-list--cursor" if self.has_focus else "course-list--cursor-blurred"
            base = base + self.get_component_rich_style(name)
            left = [("▌" + left[0][0][1:], self._style("next")), *left[1:]]
        room = width - sum(cell_len(text) for text, _ in right)
        cells: list[Segment] = []
        for text, style in left:
            fits = min(room, cell_len(text))
            cut = (
                text
                if fits == cell_len(text)
                else f"{set_cell_size(text, max(0, fits - 1))}…"
                if fits > 0
                else ""
            )
            cells.append(Segment(cut, style))
            room -= cell_len(cut)
        cells.append(Segment(" " * max(0, room)))
        cells += [Segment(text, style) for text, style in right]
        return Strip(cells).adjust_cell_length(width).apply_style(base)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"course-list--{name}", partial=True)

    def _left(self, row: MapRow) -> list[tuple[str, Style]]:
        if row.kind == "gap":
            return [(" ", Style())]
        if row.kind == "module":
            return [(" ", Style()), (row.title, self._style("module"))]
        glyph = (GLYPHS.get(row.status, "○"), self._style(_tone(row.status)))
        if row.kind in ("lesson", "review"):
            return [("  ", Style()), glyph, ("  ", Style()), (row.title, self._style("lesson"))]
        return [
            ("     ", Style()),
            glyph,
            ("  ", Style()),
            (row.title, self._style("exercise")),
            (f"  {row.id}", self._style("quiet")),
        ]

    def _right(self, row: MapRow) -> list[tuple[str, Style]]:
        if row.kind == "module":
            filled = round(PROGRESS_CELLS * row.done / row.of) if row.of else 0
            return [
                ("━" * filled, self._style("done")),
                ("━" * (PROGRESS_CELLS - filled), self._style("faint")),
                (f"{f'{row.done}/{row.of}':>8} ", self._style("quiet")),
            ]
        if not row.selectable:
            return []
        word = "▸ next" if row.next else "" if row.status == "new" else status_word(row.status)
        tone = "next" if row.next else _tone(row.status)
        if row.newer and not row.next:
            word, tone = "↻ newer", "due"
        return [
            (f"  {word:<10}", self._style(tone)),
            (f"{row.minutes:>4} min " if row.minutes else " " * 9, self._style("quiet")),
        ]

    # --- keys and mouse -------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        target = self.cursor + step
        while 0 <= target < len(self._rows) and not self._rows[target].selectable:
            target += step
        if 0 <= target < len(self._rows):
            self.cursor = target
        elif step < 0:
            self.scroll_to(y=0, animate=False)

    def action_page(self, direction: int) -> None:
        self._land(self.cursor + direction * max(1, self.size.height - 2), direction)

    def action_edge(self, direction: int) -> None:
        self._land(0 if direction < 0 else len(self._rows) - 1, direction)

    def _land(self, target: int, direction: int) -> None:
        """Move to the selectable row nearest to ``target``, looking back towards the list's middle."""
        target = min(max(target, 0), len(self._rows) - 1)
        for step in (-direction, direction):
            spot = target
            while 0 <= spot < len(self._rows):
                if self._rows[spot].selectable:
                    self.cursor = spot
                    return
                spot += step

    def action_open(self) -> None:
        if (row := self.row) is not None:
            self.post_message(self.Opened(row))

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if 0 <= number < len(self._rows) and self._rows[number].selectable:
            self.cursor = number
            self.action_open()


def _tone(status: str) -> str:
    """The component style that colours a status."""
    return {
        "done": "done",
        "passed": "done",
        "started": "due",
        "due": "due",
        "reread": "due",
        "seen": "seen",
        "tested-out": "seen",
    }.get(status, "quiet")
