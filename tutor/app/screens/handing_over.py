"""A page of text for the learner's AI assistant: copy it, or open an assistant with it."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.screens.base import TutorScreen


class HandingOverScreen(TutorScreen):
    """What its kinds have: ``text``, what is remembered where it was used, a page ``#page`` and a line ``#told``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,enter", "copy", "Copy", key_display="c"),
        Binding("o", "open", "Open an assistant"),
    ]

    @property
    def text(self) -> str:
        raise NotImplementedError

    def used(self) -> None:
        """The text was copied, or an assistant was opened with it."""

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy by every way there is, and say which of them worked."""
        engine = self.tutor.engine
        with self.tutor.problems_shown():
            text = self.text
            self.app.copy_to_clipboard(text)
            attempts = await asyncio.to_thread(engine.assistance.copy, text)
            self.used()
            lines = [
                Content.assemble(
                    ("✓ " if attempt.ok else "– ", "$success" if attempt.ok else "$quiet"),
                    f"{attempt.way}: ",
                    (attempt.detail, "$quiet"),
                )
                for attempt in attempts
            ]
            self.query_one("#told", Static).update(Content("\n").join(lines))
            self.call_after_refresh(self.query_one("#page", VerticalScroll).scroll_end, animate=False)
            self.notify("Copied. Paste it into your assistant.")

    @work(exclusive=True, group="copy")
    async def action_open(self) -> None:
        """Open one of the known assistants with the prompt, or with the prompt copied."""
        from tutor.app.screens.assistants import AssistantsScreen

        engine = self.tutor.engine
        chosen = await self.app.push_screen_wait(AssistantsScreen(engine.assistance.assistants()))
        if chosen is None:
            return
        with self.tutor.problems_shown():
            text = self.text
            handover = await asyncio.to_thread(engine.assistance.hand_over, chosen, text)
            self.used()
            self.app.copy_to_clipboard(text)
            if handover.opened and handover.filled:
                told = f"{chosen.name} is open in your browser, with the prompt filled in."
            elif handover.opened:
                told = f"{chosen.name} is open in your browser. The prompt is copied: paste it there."
            else:
                told = f"Open {chosen.page} in a browser. The prompt is copied: paste it there."
            self.query_one("#told", Static).update(Content(told))
            self.call_after_refresh(self.query_one("#page", VerticalScroll).scroll_end, animate=False)
