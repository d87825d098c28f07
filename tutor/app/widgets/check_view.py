"""One check of a verdict: its title, what was measured, and what a failure means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.app.text import inline, number, untrusted
from tutor.app.theme import COLOURS, GLYPHS
from tutor.app.widgets.bar import bar, factor

if TYPE_CHECKING:
    from tutor.grading import CheckResult, Measurement

INDENT = 2
BAR_WIDTH = 25
NOTES = {"skipped": "not judged here", "error": "did not run"}


class CheckView(Widget):
    """Drawn for the width it has. Every text of the verdict counts as untrusted."""

    def __init__(self, check: CheckResult, told: tuple[str, ...] = ()) -> None:
        """``told``: what the verdict says as a whole, and is not said again here."""
        super().__init__(classes=check.outcome)
        self.check = check
        self._told = told
        self._cached: tuple[int, list[Content]] = (0, [])

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        if self._cached[0] != width:
            self._cached = (width, self._drawn(width))
        return self._cached[1]

    def _drawn(self, width: int) -> list[Content]:
        check = self.check
        glyph = Content.styled(f"{GLYPHS.get(check.outcome, '?')} ", f"bold {COLOURS.get(check.outcome, '$quiet')}")
        title = _clean(check.title or check.id).stylize("bold" if check.outcome in ("failed", "error") else "")
        notes = [NOTES[check.outcome]] if check.outcome in NOTES else []
        notes += [] if check.required else ["not required"]
        if notes:
            title += Content.styled(f"  {' · '.join(notes)}", "$quiet")
        lines = _hung(glyph, title, width)
        for measurement in check.measurements:
            lines += _measured(measurement, width)
        if check.outcome != "passed":
            if check.message and check.message not in self._told:
                lines += [Content(), *_hung(Content(" " * INDENT), _clean(check.message), width)]
            if check.hint and check.hint not in self._told:
                hint = Content.styled(" " * INDENT + "Hint  ", "bold $accent")
                lines += [Content(), *_hung(hint, _clean(check.hint), width)]
        return lines


def _measured(measurement: Measurement, width: int) -> list[Content]:
    """The name, the bar, the number and its limit; in two lines where one is too short."""
    name = _clean(measurement.name)
    unit = f" {_clean(measurement.unit).plain}" if measurement.unit else ""
    if (ratio := measurement.ratio) is None:
        return [Content(" " * INDENT) + name + Content.styled("  not measured", "$quiet")]
    bound = "at least" if measurement.better == "higher" else "at most"
    figures = Content.assemble(
        (number(measurement.value), "bold"),
        (f" {bound} {number(measurement.limit)}{unit}", "$quiet"),
    )
    share = Content.styled(factor(ratio), "bold $success" if ratio <= 1 else "bold $error")
    parts = [share, figures]
    room = width - INDENT - BAR_WIDTH - sum(part.cell_length + 2 for part in parts)
    if room >= name.cell_length + 2:
        label = name.pad_right(max(0, min(room, 20) - name.cell_length))
        return [Content(" " * INDENT) + Content("  ").join([label, bar(ratio, BAR_WIDTH), *parts])]
    short = max(9, min(BAR_WIDTH, width - INDENT - share.cell_length - 2))
    return [
        *_hung(Content(" " * INDENT), name + Content("  ") + figures, width),
        Content(" " * INDENT) + bar(ratio, short) + Content("  ") + share,
    ]


def _hung(lead: Content, text: Content, width: int) -> list[Content]:
    """``text`` wrapped behind ``lead``, later lines under its beginning."""
    indent = lead.cell_length
    words = [line for part in text.split("\n") for line in part.wrap(max(8, width - indent)) or [Content()]]
    return [lead + words[0], *(word.pad_left(indent) for word in words[1:])] if words else [lead]


def _clean(text: str) -> Content:
    return inline(untrusted(text).plain.rstrip())
