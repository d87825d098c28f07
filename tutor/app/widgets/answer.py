"""Markdown that a model writes, shown while it comes. Whatever it is: nothing of it is obeyed, nothing is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets.markdown import MarkdownBlock

from tutor.app.widgets.reading import Reading
from tutor.app.widgets.text_table import Align, TextTable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

REST = 3.0
"""After drawing for a while, so many times as long is left to the keyboard."""


class GrowingTable(MarkdownBlock):
    """A table from what the parser made of it: while text comes, its lines in the source are not known for sure."""

    def compose(self) -> ComposeResult:
        header: list[Content] = []
        rows: list[list[Content]] = []
        aligns: list[Align] = []
        for block in _all_blocks(self):
            if block.name == "th_open":
                header.append(Content(block._content.plain))
                aligns.append(_align(str(block._token.attrs.get("style", ""))))
            elif block.name == "tr_open":
                rows.append([])
            elif block.name == "td_open":
                rows[-1].append(Content(block._content.plain))
        self._blocks.clear()
        yield TextTable(header, [row for row in rows if len(row) == len(header)], aligns)


class Answer(Reading):
    """``feed`` only collects; ``flush`` draws what was collected, and is called ten times a second."""

    BLOCKS = {**Reading.BLOCKS, "table_open": GrowingTable}  # noqa: RUF012 - Textual declares it without ClassVar

    def __init__(self, text: str = "") -> None:
        super().__init__(text, classes="answer", parser=_parser)
        self._pending = ""
        self._drawing = asyncio.Lock()
        self._rested = 0.0

    def feed(self, text: str) -> None:
        self._pending += text

    async def flush(self, *, now: bool = False) -> None:
        """Draw what was collected; after much drawing not at once, unless it is to be ``now``."""
        async with self._drawing:
            began = monotonic()
            if not self._pending or (began < self._rested and not now):
                return
            text, self._pending = self._pending, ""
            await self.append(text)
            self._rested = monotonic() + REST * (monotonic() - began)


def _parser() -> MarkdownIt:
    """HTML is text like any other: left to Textual it would vanish."""
    from markdown_it import MarkdownIt

    return MarkdownIt("gfm-like", {"html": False})


def _all_blocks(block: MarkdownBlock) -> Iterator[MarkdownBlock]:
    """The blocks inside, a row before its cells."""
    for inner in block._blocks:
        yield inner
        yield from _all_blocks(inner)


def _align(style: str) -> Align:
    return "right" if style.endswith("right") else "center" if style.endswith("center") else "left"
