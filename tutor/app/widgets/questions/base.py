"""What every question widget is: a place for an answer that can be half written and put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

if TYPE_CHECKING:
    from tutor.quiz import Item


class QuestionWidget(Vertical):
    """``answer`` is what would be scored, or None while something is missing.

    ``draft`` is whatever must be kept of a half-written answer, as JSON; ``restore`` puts it back.
    ``locked`` ends all editing: the answer was scored.
    """

    KEYS: ClassVar[str] = ""
    """How this kind is answered, in one line."""

    MISSING: ClassVar[str] = "Answer first."
    """What is said when Enter comes too early."""

    locked: reactive[bool] = reactive(False, init=False)

    class Submitted(Message):
        """The learner wants the answer judged."""

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item

    @property
    def answer(self) -> object | None:
        """The answer as ``Item.score`` takes it; None while there is nothing to judge."""
        raise NotImplementedError

    @property
    def draft(self) -> object:
        """What is to be kept of an answer that is not finished, as plain JSON."""
        return self.answer

    def restore(self, draft: object) -> None:
        """Take up what ``draft`` once was; what no longer fits the question is ignored."""
        raise NotImplementedError

    def mark(self, correct: bool) -> None:
        """The answer was scored: show whether it was right, where the widget can."""
        self.locked = True

    def submit(self) -> None:
        """Hand the answer in."""
        self.post_message(self.Submitted())
