"""Fill in the blank of a program. The answer is a text that replaces ``____``.

The completed program runs confined, and is right when every case has its value, however it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from tutor.course.questions import BLANK, Case, CodeQuestion
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Item, Result
from tutor.quiz.kinds.texts import WrongText, draw_wrong_texts, wrong_text
from tutor.quiz.shapes import text_of

LONGEST_FILLING = 1000
MOST_PROVED = 3


@dataclass(frozen=True, kw_only=True)
class CodeItem(Item):
    """A drawn program with a blank, a filling that is right, and the cases that any right filling must pass."""

    kind: ClassVar[str] = "code"
    answer: str = field(repr=False)
    cases: tuple[tuple[str, str], ...] = field(repr=False)
    why: str = field(repr=False)
    wrong: tuple[WrongText, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render the program, its filling and its cases. Raises ContentProblem, also where a case gives no literal."""
        question: CodeQuestion = drawn.question
        return cls(
            **drawn.common,
            code=drawn.code("code", question.code),
            answer=drawn.code("answer", question.answer).strip(),
            cases=tuple(
                (drawn.code(f"cases[{n}].expression", case.expression).strip(), _literal(drawn, n, case))
                for n, case in enumerate(question.cases)
            ),
            why=drawn.text("why", question.why),
            wrong=draw_wrong_texts(drawn),
        )

    @property
    def shape(self) -> str:
        """Python source; it may have several lines."""
        return f"the Python that replaces {BLANK}"

    def score(self, answer: object) -> Result:
        """All points if every case has its value, else none. Runs the program, confined. Raises AnswerProblem."""
        filling = text_of(self, answer, LONGEST_FILLING).strip()
        if not filling:
            raise self.problem(answer)
        passed, message = self.run(filling)
        if all(passed):
            return self.share(1, self.why)
        known = wrong_text(self.wrong, filling, _squeezed)
        parts = [known.why] if known else []
        parts.append(message or "Not every case has its value.")
        parts.append(f"One right filling: `{self.answer}`\n\n{self.why}")
        result = self.share(0, "\n\n".join(parts), known.misconception if known else None)
        return replace(result, slip="" if known or not message.startswith("SyntaxError") else message)

    def run(self, filling: str) -> tuple[tuple[bool, ...], str]:
        """Which cases hold with this filling, and what went wrong with the first that does not."""
        from tutor.sandbox import run_cases

        outcome = run_cases(self.code.replace(BLANK, filling, 1), self.cases)
        return outcome.ok, outcome.message

    def flaws(self) -> Iterator[str]:
        """A wrong filling that is the right one, or stands twice; white space tells none apart."""
        fillings = [_squeezed(wrong.text) for wrong in self.wrong]
        for n, text in enumerate(fillings):
            if text == _squeezed(self.answer):
                yield f"wrong filling '{self.wrong[n].text}' is the right one"
            if text in fillings[:n]:
                yield f"wrong filling '{self.wrong[n].text}' stands twice"

    @classmethod
    def prove(cls, draws: Sequence[Self]) -> Iterator[tuple[Self, str]]:
        """Beside the flaws of each draw: the answer passes its cases and no wrong filling does."""
        yield from super().prove(draws)
        distinct = {(item.code, item.answer, item.cases): item for item in draws}
        for item in list(distinct.values())[:MOST_PROVED]:
            passed, message = item.run(item.answer)
            if not all(passed):
                yield item, f"the answer '{item.answer}' does not pass its own cases. {message}".strip()
            for wrong in item.wrong:
                if all(item.run(wrong.text)[0]):
                    yield item, f"wrong filling '{wrong.text}' passes every case"


def _literal(drawn: Drawn, n: int, case: Case) -> str:
    """What a case gives, as source. Raises ContentProblem when it is no Python literal."""
    field = f"cases[{n}].gives"
    gives = drawn.code(field, case.gives).strip()
    try:
        ast.literal_eval(gives)
    except (ValueError, SyntaxError):
        raise drawn.source.problem(f"'{gives}' is no Python literal", field=field) from None
    return gives


def _squeezed(text: str) -> str:
    return "".join(text.split())
