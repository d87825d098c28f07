"""The ladder of hints: those that were shown, and how many remain."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.amounts import counted
from tutor.app.widgets.reading import Reading


class HintsView(VerticalScroll):
    """The hints of an exercise, one below the other."""

    async def show(self, hints: Sequence[str], shown: int) -> None:
        """The first ``shown`` of ``hints``, and what the next key does."""
        await self.remove_children()
        parts: list[Static | Reading] = []
        for number, hint in enumerate(hints[:shown], start=1):
            parts += [Static(f"Hint {number} of {len(hints)}", classes="section"), Reading(hint)]
        left = len(hints) - shown
        if left:
            rest = (
                f"{counted(left, 'hint')} left. A hint costs nothing; it is only remembered that you saw it."
            )
            line = Content.assemble(("h", "bold $primary"), (f" shows the next. {rest}", "$quiet"))
        else:
            line = Content.assemble(
                ("s", "bold $primary"), (" shows the solution. That was the last hint.", "$quiet")
            )
        await self.mount_all([*parts, Static(line)])
        self.scroll_end(animate=False)
