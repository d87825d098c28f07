"""The verdict: checks as they end, then what they come to and what to do next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.amounts import duration, number, size
from tutor.app.text import colourless, inline, untrusted_content
from tutor.app.widgets.check_view import CheckView
from tutor.app.widgets.plot import Plot
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.text_table import TextTable

if TYPE_CHECKING:
    from tutor.grading import CheckResult, GradingEvent, Verdict
    from tutor.grading.verdict import Table

    Grading = Callable[[Callable[[GradingEvent], None]], Awaitable[Verdict]]

HEADLINES = {
    "passed": ("✓ Passed", "$success"),
    "failed": ("✗ Not passed yet", "$error"),
    "error": ("✗ Your code did not run", "$error"),
    "timeout": ("✗ Stopped: it took too long", "$error"),
    "resource_limit": ("✗ Stopped: it used too much", "$error"),
    "cancelled": ("– Cancelled", "$quiet"),
}

AFTER_PASS = "Enter goes on; s shows the reference beside yours."
AFTER_OLDER_PASS = "The exercise has a newer version; Enter grades your file by it. This pass stays."


class VerdictView(VerticalScroll):
    """Empty, or a grading under way, or a verdict."""

    def compose(self) -> ComposeResult:
        yield Static(classes="verdict-head")

    def _head(self, *lines: Content) -> None:
        self.query_one(".verdict-head", Static).update(Content("\n").join(lines))

    async def _clear(self) -> None:
        await self.query("CheckView, .after").remove()

    # --- three states -------------------------------------------------------------------------------

    async def nothing_yet(self, hint: str) -> None:
        """Say that nothing was graded yet, and what to do."""
        await self._clear()
        self._head(Content.styled("No verdict yet", "bold"), Content(), Content.styled(hint, "$quiet"))

    async def follow(self, grade: Grading, *, notice: str) -> Verdict:
        """Run a grading, show each check as it ends, and then the verdict, which is returned.

        Whatever the grading raises, cancellation too, passes through.
        """
        await self._clear()
        self._progress("starting")
        events: asyncio.Queue[GradingEvent | None] = asyncio.Queue()
        showing = asyncio.create_task(self._show_checks(events))
        try:
            verdict = await grade(events.put_nowait)
            events.put_nowait(None)
            await showing
        finally:
            showing.cancel()
        await self.show(verdict, notice=notice)
        return verdict

    async def _show_checks(self, events: asyncio.Queue[GradingEvent | None]) -> None:
        """Show what happens until None comes."""
        while (event := await events.get()) is not None:
            if event.kind == "loaded":
                self._progress("your file is loaded")
            elif event.kind == "working":
                self._progress(f"{event.note}, {event.number} of {event.of}")
            elif event.kind == "check" and event.check is not None:
                self._progress(f"{event.number} of {event.of} checks" if event.of else "")
                await self.mount(CheckView(event.check))

    def _progress(self, what: str) -> None:
        self._head(Content.assemble(("◌ ", "$primary"), ("Grading", "bold"), (f"  {what}", "$quiet")))

    async def show(self, verdict: Verdict, *, note: str = "", notice: str = "", older: bool = False) -> None:
        """The whole verdict. ``note`` says which one it is; ``notice`` is shown after a pass; ``older``: the
        exercise changed since."""
        told = (verdict.message, verdict.next_step)
        # Checks that are on the screen already stay: the page must not blink when the last one ends.
        shown = list(self.query(CheckView))
        if [view.check for view in shown] != list(verdict.checks):
            await self._clear()
            await self.mount_all(CheckView(check, told) for check in verdict.checks)
        else:
            await self.query(".after").remove()
        self._head(*_head(verdict, note, AFTER_OLDER_PASS if older else AFTER_PASS))
        after: list[Widget] = []
        if verdict.passed and notice:
            after += [Static("What to notice", classes="after section"), Reading(notice, classes="after")]
        for table in verdict.tables:
            after += [Static(table.title, classes="after section"), *_plotted(table), _drawn(table)]
        if verdict.stdout.strip():
            after.append(Static("What your code printed", classes="after section"))
            after.append(Static(untrusted_content(verdict.stdout.rstrip()), classes="after printed"))
        after.append(Static(Content(_small_print(verdict)), classes="after small-print"))
        await self.mount_all(after)
        self.scroll_home(animate=False)


def _plotted(table: Table) -> list[Widget]:
    return [Plot(table)] if table.plot is not None else []


def _drawn(table: Table) -> TextTable:
    rows = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in table.rows]
    words = [all(isinstance(row[place], str) for row in table.rows) for place in range(len(table.columns))]
    columns = list(table.columns)
    if table.plot is not None:  # the letters by which the plot above calls its rows
        from tutor.proving.scatter import MARKS, points

        marks = {mark for mark, *_ in points(table)}
        rows = [[mark if mark in marks else "", *row] for mark, row in zip(MARKS, rows, strict=False)]
        columns, words = ["", *columns], [True, *words]
    drawn = TextTable(columns, rows, ["left" if left else "right" for left in words])
    drawn.add_class("after")
    return drawn


def _head(verdict: Verdict, note: str, after_pass: str) -> list[Content]:
    words, colour = HEADLINES.get(verdict.verdict, (verdict.verdict, "$error"))
    facts = [_count(verdict.checks), verdict.device, duration(verdict.seconds), note]
    lines = [Content.assemble((words, f"bold {colour}"), (f"   {' · '.join(filter(None, facts))}", "$quiet"))]
    if verdict.message:
        lines += [Content(), inline(colourless(verdict.message))]
    if verdict.passed:
        lines += [Content(), Content.styled(after_pass, "$quiet")]
    elif verdict.next_step:
        lines += [
            Content(),
            Content.styled("Next  ", "bold $accent") + inline(colourless(verdict.next_step)),
        ]
    return lines


def _count(checks: Sequence[CheckResult]) -> str:
    judged = [check for check in checks if check.outcome != "skipped"]
    return f"{sum(check.outcome == 'passed' for check in judged)} of {len(judged)} checks" if judged else ""


def _small_print(verdict: Verdict) -> str:
    """What was used, and which protections held."""
    usage = verdict.usage
    sizes = (
        ("payload", usage.payload_bytes),
        ("peak memory", usage.peak_host_bytes),
        ("GPU", usage.peak_device_bytes),
    )
    parts = [f"{name} {size(count)}" for name, count in sizes if count is not None]
    if usage.cpu_seconds is not None:
        parts.append(f"{usage.cpu_seconds:.1f} CPU seconds")
    if verdict.protections:
        active = sum(state == "active" for state in verdict.protections.values())
        parts.append(f"{active} of {len(verdict.protections)} protections active")
    return " · ".join(parts)
