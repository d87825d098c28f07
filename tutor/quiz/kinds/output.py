"""What does this program print? The answer is a text.

White space, and the case of letters, do not matter: ``[1,2]`` is ``[1, 2]``, ``true`` is ``True``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from tutor.course.questions import OutputQuestion
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Item, Result
from tutor.quiz.kinds.texts import WrongText, draw_wrong_texts, wrong_text
from tutor.quiz.printed import printed_by
from tutor.quiz.shapes import text_of


@dataclass(frozen=True, kw_only=True)
class OutputItem(Item):
    """A drawn program, what it prints, and what people predict instead."""

    kind: ClassVar[str] = "output"
    answer: str = field(repr=False)
    why: str = field(repr=False)
    wrong: tuple[WrongText, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render the program and what it prints. Raises ContentProblem. That it does print it is shown by ``prove``."""
        question: OutputQuestion = drawn.question
        return cls(
            **drawn.common,
            code=drawn.code("code", question.code),
            answer=drawn.code("answer", question.answer).strip(),
            why=drawn.text("why", question.why),
            wrong=draw_wrong_texts(drawn),
        )

    @property
    def shape(self) -> str:
        """A text, compared as ``normalised`` has it."""
        return "the text that is printed"

    def score(self, answer: object) -> Result:
        """All points for what is printed, else none. Raises AnswerProblem for what is no text."""
        text = text_of(self, answer)
        if normalised(text) == normalised(self.answer):
            return self.share(1, self.why)
        known = wrong_text(self.wrong, text, normalised)
        parts = [known.why] if known else []
        parts.append(f"It prints:\n\n```text\n{self.answer}\n```\n\n{self.why}")
        return self.share(0, "\n\n".join(parts), known.misconception if known else None)

    def flaws(self) -> Iterator[str]:
        """A wrong text that is the right one, or stands twice."""
        texts = [normalised(wrong.text) for wrong in self.wrong]
        for n, text in enumerate(texts):
            if text == normalised(self.answer):
                yield f"wrong value '{text}' is right"
            if text in texts[:n]:
                yield f"wrong value '{text}' stands twice"

    @classmethod
    def prove(cls, draws: Sequence[Self]) -> Iterator[tuple[Self, str]]:
        """Beside the flaws of each draw: every program really prints its answer."""
        yield from super().prove(draws)
        distinct = {item.code: item for item in draws}
        for item, printed in zip(distinct.values(), printed_by(list(distinct)), strict=True):
            if normalised(printed) != normalised(item.answer):
                yield item, f"the code prints '{printed.strip()[:200]}', not '{item.answer[:200]}'"


def normalised(text: str) -> str:
    """The text as it is compared: lower case, no space beside brackets, commas, colons and equals signs."""
    return re.sub(r" ?([\[\](){},:=]) ?", r"\1", " ".join(text.split())).casefold()
