"""Pieces to put in order. The answer is the list of all ids.

Points: the share of neighbours in the right order that the learner also put one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar, Self

from tutor.course.questions import OrderQuestion
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import AnswerProblem, Choice, Item, Result
from tutor.quiz.shapes import ids_of, listed
from tutor.quiz.wording import counts, repeated


@dataclass(frozen=True, kw_only=True)
class OrderItem(Item):
    """Drawn pieces, shown in an order that is never the right one."""

    kind: ClassVar[str] = "order"
    partly: ClassVar[str] = "partly right counts: neighbours that follow one another as they should"
    in_order: tuple[Choice, ...] = field(repr=False)
    why: str = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render the pieces and put them out of order. Raises ContentProblem."""
        question: OrderQuestion = drawn.question
        pieces = tuple(
            Choice(piece.id, drawn.text(f"pieces[{n}].text", piece.text))
            for n, piece in enumerate(question.pieces)
        )
        return cls(
            **drawn.common,
            options=drawn.chance.disordered(pieces),
            in_order=pieces,
            why=drawn.text("why", question.why),
        )

    @property
    def shape(self) -> str:
        """All ids, each once."""
        return f"the list of all {len(self.options)} ids in order, out of {listed(self.options)}"

    @property
    def right_order(self) -> tuple[str, ...]:
        """The ids as they belong one after the other."""
        return tuple(piece.id for piece in self.in_order)

    def score(self, answer: object) -> Result:
        """A share of the points for each two neighbours that follow one another. Raises AnswerProblem."""
        ids = ids_of(self, answer, self.right_order)
        if missing := [id for id in self.right_order if id not in ids]:
            step = f"Answer with {self.shape}."
            raise AnswerProblem(
                f"Not in the order: {', '.join(sorted(missing))}.", where=self.id, next_step=step
            )
        wanted = set(pairwise(self.right_order))
        kept = len(wanted & set(pairwise(ids)))
        solution = "\n".join(f"{n}. {_indented(piece.text)}" for n, piece in enumerate(self.in_order, 1))
        if kept == len(wanted):
            return self.share(1, f"{solution}\n\n{self.why}")
        note = f"*Points: {kept} of {len(wanted)} pairs of neighbours follow one another.*"
        return self.share(kept / len(wanted), f"The right order:\n\n{solution}\n\n{self.why}\n\n{note}")

    def flaws(self) -> Iterator[str]:
        """Pieces that say the same, and ids that count the right order."""
        if text := repeated(piece.text for piece in self.in_order):
            yield f"two pieces say '{text}', so that the order is not one"
        if counts([piece.id for piece in self.in_order]):
            yield f"the ids {listed(self.in_order)} count the right order; name the pieces by what they are"


def _indented(text: str) -> str:
    return text.replace("\n", "\n   ")
