"""Two attempts side by side: what was measured in each, and what changed in the file between them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tutor.amounts import number
from tutor.app.text import moment
from tutor.app.theme import GLYPHS, status_word
from tutor.app.widgets.bar import factor
from tutor.app.widgets.code import Listing, diff
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.text_table import TextTable
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.grading import CheckResult, Measurement, Verdict
    from tutor.progress import Attempt


class CompareScreen(Screen[None]):
    """The earlier attempt comes first, whichever was marked first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,escape,enter", "dismiss", "Back", key_display="q")]

    def __init__(self, earlier: Attempt, later: Attempt, title: str) -> None:
        super().__init__()
        self.earlier, self.later, self.heading = earlier, later, title

    def compose(self) -> ComposeResult:
        from tutor.grading import Verdict

        before, after = (
            Verdict.from_json(dict(attempt.verdict_json)) for attempt in (self.earlier, self.later)
        )
        heads = [_head(attempt) for attempt in (self.earlier, self.later)]
        yield TopBar(self.heading, "Two attempts")
        with VerticalScroll(id="page"):
            yield Static(
                "What was measured, and in brackets how much of the limit that is", classes="section"
            )
            rows = list(_rows(before, after))
            yield TextTable(["", *heads, "change"], rows, ["left", "right", "right", "right"])
            yield Static("What changed in the file", classes="section changed")
            yield Listing(self._changes(), classes="source")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def _changes(self) -> Content:
        before, after = (
            attempt.source.decode("utf-8", "replace").splitlines() for attempt in (self.earlier, self.later)
        )
        if not all(attempt.source for attempt in (self.earlier, self.later)):
            return Content.styled("The file of one of them was not kept.", "$quiet")
        then, now = moment(self.earlier.at), moment(self.later.at)
        lines = list(difflib.unified_diff(before, after, then, now, lineterm=""))
        return diff("\n".join(lines)) if lines else Content.styled("Nothing: the same file twice.", "$quiet")


def _head(attempt: Attempt) -> str:
    return f"{GLYPHS.get(attempt.verdict, '?')} {moment(attempt.at)}"


def _rows(before: Verdict, after: Verdict) -> Iterator[list[str]]:
    """A line for each check with its outcomes, and below it one for each figure of either attempt."""
    earlier = {check.id: check for check in before.checks}
    later = {check.id: check for check in after.checks}
    for id in dict.fromkeys([*earlier, *later]):
        then, now = earlier.get(id), later.get(id)
        title = next(check.title or id for check in (now, then) if check is not None)
        yield [title, _outcome(then), _outcome(now), ""]
        figures_then, figures_now = _figures(then), _figures(now)
        for name in dict.fromkeys([*figures_then, *figures_now]):
            one, other = figures_then.get(name), figures_now.get(name)
            yield [f"  {name}", _figure(one), _figure(other), _change(one, other)]


def _outcome(check: CheckResult | None) -> str:
    return "–" if check is None else f"{GLYPHS.get(check.outcome, '?')} {status_word(check.outcome)}"


def _figures(check: CheckResult | None) -> dict[str, Measurement]:
    return {one.name: one for one in check.measurements} if check is not None else {}


def _figure(one: Measurement | None) -> str:
    if one is None or one.value is None:
        return "–"
    ratio = one.ratio
    return number(one.value) if ratio is None else f"{number(one.value)} ({factor(ratio)})"


def _change(then: Measurement | None, now: Measurement | None) -> str:
    """How the figure moved, as a factor; inputs are drawn anew each time, so that small moves say little."""
    values = [one.value if one is not None else None for one in (then, now)]
    before, after = values
    if before is None or after is None or before <= 0 or after < 0:
        return ""
    return factor(after / before)
