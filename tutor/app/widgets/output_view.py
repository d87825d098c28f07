"""What a program prints, as it comes: safe, wrapped, and bounded."""

from __future__ import annotations

from collections import deque

from rich.console import Console
from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tutor.app.text import LONGEST_LINE, untrusted

MOST_LINES = 2_000
MOST_PENDING = 64 * 1024


class OutputView(Widget):
    """Lines of a program's output. As high as its text; the page around it scrolls.

    ``feed`` only collects; ``flush`` shows what was collected. Whoever runs the program flushes
    ten times a second, because showing every line by itself would freeze the keys. A flood keeps
    its newest lines.
    """

    DEFAULT_CSS = "OutputView { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pending = ""
        self._lines: deque[Text] = deque(maxlen=MOST_LINES)
        self._strips: list[Strip] = []
        self._partial = ""
        self._wrapped_at = 0
        self._wrapper = Console(width=80, color_system="truecolor", force_terminal=True)
        self.dropped = 0

    def clear(self) -> None:
        """Forget all that was printed."""
        self._pending = self._partial = ""
        self._lines.clear()
        self.dropped = 0
        self._rewrap()

    def heading(self, text: Text) -> None:
        """A line of ours between two runs."""
        self.flush()
        self._end_partial()
        self._lines.append(text)
        self._rewrap()

    def feed(self, chunk: str) -> None:
        """Collect output; of a flood between two flushes only the newest part is kept."""
        self._pending += chunk
        if len(self._pending) > MOST_PENDING:
            keep = self._pending[-MOST_PENDING // 2 :]
            self.dropped += self._pending.count("\n") - keep.count("\n")
            self._pending = keep

    def flush(self) -> bool:
        """Show what was collected. Returns whether there was anything."""
        if not self._pending:
            return False
        text, self._pending = self._partial + self._pending, ""
        *whole, self._partial = text.split("\n")
        self._partial = self._partial[-LONGEST_LINE:]
        self.dropped += max(0, len(self._lines) + len(whole) - MOST_LINES)
        self._lines.extend(untrusted(line) for line in whole[-MOST_LINES:])
        self._rewrap()
        return True

    @property
    def text(self) -> str:
        """Everything that is shown, without colours."""
        return "\n".join(line.plain for line in [*self._lines, untrusted(self._partial)]).rstrip("\n")

    # --- drawing --------------------------------------------------------------------------------

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        if width != self._wrapped_at:
            self._wrap(width)
        return len(self._strips)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if not 0 <= y < len(self._strips):
            return Strip.blank(width, self.rich_style)
        return self._strips[y].adjust_cell_length(width).apply_style(self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._wrapped_at:
            self._rewrap()

    def _end_partial(self) -> None:
        if self._partial:
            self._lines.append(untrusted(self._partial))
            self._partial = ""

    def _rewrap(self) -> None:
        self._wrap(self.size.width or self._wrapped_at or 80)
        self.refresh(layout=True)

    def _wrap(self, width: int) -> None:
        self._wrapped_at = width
        lines = [*self._lines, *([untrusted(self._partial)] if self._partial else [])]
        if self.dropped:
            lines.insert(0, Text(f"… {self.dropped:,} earlier lines are not kept", style="italic"))
        self._strips = [strip for line in lines for strip in self._strip(line, width)]

    def _strip(self, line: Text, width: int) -> list[Strip]:
        pieces = [line] if line.cell_len <= width else line.wrap(self._wrapper, width, overflow="fold")
        return [Strip(list(_segments(piece, self._wrapper))) for piece in pieces]


def _segments(text: Text, console: Console) -> list[Segment]:
    return [segment for segment in text.render(console) if segment.text != "\n"]
