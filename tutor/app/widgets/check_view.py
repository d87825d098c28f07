"""One check of a verdict: its title, what was measured, and what a failure means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.amounts import number
from tutor.app.text import colourless, inline
from tutor.app.theme import COLOURS, GLYPHS
from tutor.app.widgets.bar import bar, factor

if TYPE_CHECKING:
    from tutor.grading import CheckResult, Measurement

INDENT = 2
GAP = "  "
LEAST_BAR, LONGEST_BAR = 13, 31
REPEATS = "Same cause as"  # how the grader points from one failure to another
NOTES = {"skipped": "not judged here", "error": "did not run"}


class CheckView(Widget):
    """Drawn for the width it has. Every text of the verdict counts as untrusted."""

    def __init__(self, check: CheckResult, told: tuple[str, ...] = ()) -> None:
        """``told``: what the verdict says as a whole, and is not said again here."""
        super().__init__()
        self.check = check
        failed = check.outcome in ("failed", "error")
        self._message = check.message if failed and check.message not in told else ""
        self._repeats = self._message.startswith(REPEATS)
        self._hint = check.hint if failed and check.hint not in told else ""
        self.set_class(bool(self._message or self._hint) and not self._repeats, "-explained")
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
        glyph = Content.styled(
            f"{GLYPHS.get(check.outcome, '?')} ", f"bold {COLOURS.get(check.outcome, '$quiet')}"
        )
        title = _clean(check.title or check.id).stylize("bold" if check.outcome == "failed" else "")
        notes = [NOTES[check.outcome]] if check.outcome in NOTES else []
        notes += [] if check.required else ["not required"]
        if notes:
            title += Content.styled(f"  {' · '.join(notes)}", "$quiet")
        lines = _hung(glyph, title, width)
        lines += _measured(check.measurements, width)
        if self._repeats:
            return lines + _hung(Content(" " * INDENT), _clean(self._message).stylize("$quiet"), width)
        if self._message:
            lines += [Content(), *_hung(Content(" " * INDENT), _clean(self._message), width)]
        if self._hint:
            hint = Content.styled(" " * INDENT + "Hint  ", "bold $accent")
            lines += [Content(), *_hung(hint, _clean(self._hint), width)]
        return lines


def _measured(measurements: Sequence[Measurement], width: int) -> list[Content]:
    """Name, bar, factor, and the number with its limit, in columns; the bar takes what is left.

    Where less than ``LEAST_BAR`` is left, each measurement takes two lines.
    """
    indent = Content(" " * INDENT)
    names = _column([_clean(one.name) for one in measurements])
    shares = _column([_share(one) for one in measurements])
    figures = [_figures(one) for one in measurements]
    lines: list[Content] = []
    for one, name, share, figure in zip(measurements, names, shares, figures, strict=True):
        ratio = one.ratio
        widest = max(each.cell_length for each in figures)
        room = width - INDENT - name.cell_length - share.cell_length - widest - 3 * len(GAP)
        if ratio is None:
            lines += _hung(indent, name + GAP + figure, width)
        elif room >= LEAST_BAR:
            lines.append(
                indent + Content(GAP).join([name, bar(ratio, min(room, LONGEST_BAR)), share, figure])
            )
        else:
            short = max(5, min(width - INDENT - share.cell_length - len(GAP), LONGEST_BAR))
            lines += [
                *_hung(indent, name.rstrip() + GAP + figure, width),
                indent + bar(ratio, short) + GAP + share,
            ]
    return lines


def _share(measurement: Measurement) -> Content:
    if (ratio := measurement.ratio) is None:
        return Content()
    return Content.styled(factor(ratio), "bold $success" if ratio <= 1 else "bold $error")


def _figures(measurement: Measurement) -> Content:
    """``0.0071 ≤ 0.0075 of the norm``: the number, and what it must stay below or above."""
    unit = f" {_clean(measurement.unit).plain}" if measurement.unit else ""
    if measurement.value is None or measurement.limit is None:
        return Content.styled(
            f"{number(measurement.value)}{unit}" if measurement.value is not None else "not measured",
            "$quiet",
        )
    sign = "≥" if measurement.better == "higher" else "≤"
    within = measurement.ratio is not None and measurement.ratio <= 1
    relation = sign if within else {"≤": ">", "≥": "<"}[sign]
    return Content.assemble(
        (number(measurement.value), "bold"), (f" {relation} {number(measurement.limit)}{unit}", "$quiet")
    )


def _column(cells: Sequence[Content]) -> list[Content]:
    widest = max((cell.cell_length for cell in cells), default=0)
    return [cell.pad_right(widest - cell.cell_length) for cell in cells]


def _hung(lead: Content, text: Content, width: int) -> list[Content]:
    """``text`` wrapped behind ``lead``, later lines under its beginning."""
    indent = lead.cell_length
    words = [line for part in text.split("\n") for line in part.wrap(max(8, width - indent)) or [Content()]]
    return [lead + words[0], *(word.pad_left(indent) for word in words[1:])] if words else [lead]


def _clean(text: str) -> Content:
    return inline(colourless(text).rstrip())
