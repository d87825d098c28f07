"""Source code and diffs, coloured; a line that is too long goes on below itself, further in than it began."""

from __future__ import annotations

import re

from textual import events
from textual.content import Content
from textual.widgets import Static

from tutor.app.text import colourless

_BEGINNING = re.compile(r"[-+@]?\s*(?:# )?")
_FURTHER = 4


class Listing(Static):
    """Code to look at. Its lines are broken anew for each width, so that a column begins only where code does."""

    def __init__(self, code: Content, *, classes: str = "code") -> None:
        super().__init__(code, classes=classes)
        self._code = code
        self._width = 0

    def on_resize(self, event: events.Resize) -> None:
        if (width := self.content_size.width) != self._width:
            self._width = width
            self.update(broken(self._code, width))


def broken(code: Content, width: int) -> Content:
    """``code`` in lines of at most ``width`` cells. What is broken off hangs below, a comment's below its words."""
    lines: list[Content] = []
    for line in code.split("\n", allow_blank=True):
        lines += [line] if line.cell_length <= width else _hung(line, width)
    return Content("\n").join(lines)


def _hung(line: Content, width: int) -> list[Content]:
    beginning = _BEGINNING.match(line.plain)
    start = beginning.end() if beginning else 0
    hang = min(start if line.plain[:start].endswith("# ") else start + _FURTHER, width // 2)
    first = line[start:].wrap(max(width - start, 1))[0]
    at = start + len(first.plain)
    at += len(line.plain[at:]) - len(line.plain[at:].lstrip())
    rest = line[at:].wrap(max(width - hang, 1)) if at < len(line.plain) else []
    return [line[:start] + first, *(one.pad_left(hang) for one in rest)]


def python(source: str) -> Content:
    """Python with its syntax coloured; controls are dropped first."""
    from textual.highlight import highlight

    return highlight(colourless(source.rstrip("\n")), language="python")


def diff(text: str) -> Content:
    """A unified diff; the signs at the line's start say what the colours say."""
    lines = []
    for line in colourless(text.rstrip("\n")).split("\n"):
        style = {"+": "$success", "-": "$error", "@": "$primary"}.get(line[:1], "")
        if line.startswith(("+++", "---")):
            style = "$quiet"
        lines.append(Content.styled(line, style))
    return Content("\n").join(lines)


def newer_sections(changes: str | None) -> list[tuple[str, Content | Listing]]:
    """What a newer version of an exercise changed in its stub, and what that means for the learner."""
    from tutor.progress.versions import NO_STUB_KEPT, STUB_UNCHANGED

    told = (
        Listing(diff(changes), classes="source")
        if changes
        else Content(NO_STUB_KEPT if changes is None else STUB_UNCHANGED)
    )
    kept = "Your file and your pass stay as they are. Enter on the workbench grades your file by the new version."
    return [("What changed in the stub since you began", told), ("What it means for you", Content(kept))]
