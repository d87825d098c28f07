"""The course's Markdown, set for reading in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownBlock, MarkdownFence

from tutor.app.widgets.text_table import TextTable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


class TableBlock(MarkdownBlock):
    """A table as plain aligned text; Textual's own draws a box around every cell."""

    def compose(self) -> ComposeResult:
        yield TextTable.from_markdown(self.source or "")


class FenceBlock(MarkdownFence):
    """Code is coloured when its language is named; anything else stays as it was drawn."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        if not language:
            return Content(code.rstrip("\n"))
        return super().highlight(code, language, ansi, dark)


class Reading(Markdown):
    """``Markdown`` with quieter tables and code."""

    BULLETS = ["• ", "◦ ", "▪ "]  # noqa: RUF012 - Textual declares both without ClassVar
    BLOCKS = {  # noqa: RUF012
        **Markdown.BLOCKS,
        "table_open": TableBlock,
        "fence": FenceBlock,
        "code_block": FenceBlock,
    }

    def __init__(
        self,
        text: str,
        *,
        id: str | None = None,
        classes: str | None = None,
        parser: Callable[[], MarkdownIt] | None = None,
    ) -> None:
        super().__init__(text, id=id, classes=classes, parser_factory=parser, open_links=False)
