"""What a quiz says around a question: its kind, how it is answered, how the answer was, and what all came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tutor.amounts import counted
from tutor.app.text import inline

if TYPE_CHECKING:
    from tutor.app.widgets.questions.base import QuestionWidget
    from tutor.quiz import Result

KINDS = {
    "single": "One is right",
    "multiple": "Several may be right",
    "numeric": "A number",
    "output": "What is printed",
    "order": "Put in order",
    "match": "Match",
    "code": "Fill in the code",
}


def how_to_answer(question: QuestionWidget) -> Content:
    """How this kind is answered, and what counts where the answer is partly right."""
    lines = [", ".join(filter(None, (question.KEYS, question.item.accepts))), question.item.partly]
    return Content.styled("\n".join(filter(None, lines)), "$quiet")


def verdict_line(result: Result) -> Content:
    """Whether it was right, with its points where it was in part."""
    if result.correct:
        return Content.styled("✓ Right", "bold $success")
    if result.points:
        return Content.styled(f"◐ Partly right: {result.points:g} of {result.of:g}", "bold $accent")
    return Content.styled("✗ Not right", "bold $error")


def result_line(got: float, of: float, missed: int, waiting: int) -> Content:
    """The points of all, and what comes back when: ``missed`` for review, ``waiting`` after today's cap."""
    line = Content.assemble((f"{got:g} of {of:g} points", "bold"))
    after = (
        " Every one right." if not missed else f" {counted(missed, 'question')} will come back for review."
    )
    more = f" {waiting} more wait for tomorrow." if waiting else ""
    return line + inline(f" ·{after}{more}")
