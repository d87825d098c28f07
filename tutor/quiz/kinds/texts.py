"""What kinds that are answered with a text share: the wrong texts that people give, which explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tutor.course.questions import WrongValue
from tutor.quiz.drawing import Drawn


@dataclass(frozen=True)
class WrongText:
    """A wrong answer that people give, and why they come to it."""

    text: str
    why: str
    misconception: str | None


def draw_wrong_texts(drawn: Drawn) -> tuple[WrongText, ...]:
    """The wrong answers that the question names, rendered as Python source. Raises ContentProblem."""
    named: tuple[WrongValue, ...] = drawn.question.wrong
    return tuple(
        WrongText(
            drawn.code(f"wrong[{n}].value", wrong.value).strip(),
            drawn.text(f"wrong[{n}].why", wrong.why),
            wrong.misconception,
        )
        for n, wrong in enumerate(named)
    )


def wrong_text(wrong: Iterable[WrongText], answer: str, plain: Callable[[str], str]) -> WrongText | None:
    """The wrong answer that ``answer`` is, both read as ``plain`` reads them; None if no one foresaw it."""
    came = plain(answer)
    return next((one for one in wrong if plain(one.text) == came), None)
