"""A question before a demo: one key, not graded, answered by the lesson afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from tutor.app.text import inline
from tutor.app.widgets.reading import Reading

if TYPE_CHECKING:
    from tutor.course.models import Prediction as PredictionText


class Prediction(Vertical):
    """The guesses with their keys; ``guess`` is the number chosen, counted from 0, or None."""

    guess: reactive[int | None] = reactive(None, init=False)
    nudged: reactive[bool] = reactive(False, init=False)

    def __init__(self, prediction: PredictionText) -> None:
        super().__init__()
        self.prediction = prediction
        self._replied = False

    @property
    def choices(self) -> int:
        return len(self.prediction.guesses)

    def compose(self) -> ComposeResult:
        yield Static(inline(self.prediction.question), classes="question")
        yield Static(classes="guesses")

    def on_mount(self) -> None:
        self._show()

    def watch_guess(self) -> None:
        self._show()

    def watch_nudged(self) -> None:
        self._show()

    def _show(self) -> None:
        lines = [self._line(number, guess.text) for number, guess in enumerate(self.prediction.guesses)]
        if self.guess is None:
            keys = f"Press 1 to {len(self.prediction.guesses)} for your guess. It is not graded."
            lines.append(Content())
            lines.append(Content.styled(keys, "bold $accent" if self.nudged else "$quiet"))
        self.query_one(".guesses", Static).update(Content("\n").join(lines))

    def _line(self, number: int, text: str) -> Content:
        chosen = number == self.guess
        key = ("▸ " if chosen else "  ", "bold $primary"), (f"{number + 1}  ", "bold $primary")
        if self.guess is not None and not chosen:
            return Content.assemble(*key, inline(text)).stylize("$quiet")
        return Content.assemble(*key, inline(text).stylize("bold") if chosen else inline(text))

    async def reply(self, *, after: Widget | None = None) -> None:
        """Show, once, what the lesson answers to the guess; nothing when there was none."""
        place = after or self
        if self.guess is None or self._replied or not isinstance(place.parent, Widget):
            return
        self._replied = True
        text = self.prediction.guesses[self.guess].reply
        await place.parent.mount(Reading(text, classes="reply"), after=place)
