"""Lefts and rights that belong together. The answer is an object from left ids to right ids.

Points: the share of pairs that are right. A left without a right counts as wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from tutor.course.questions import MatchQuestion
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Choice, Item, Result
from tutor.quiz.shapes import listed
from tutor.quiz.wording import counts, emphasised, repeated


@dataclass(frozen=True)
class Couple:
    """A left and a right that belong together, and why."""

    left: Choice
    right: Choice
    why: str


@dataclass(frozen=True, kw_only=True)
class MatchItem(Item):
    """Drawn pairs; the lefts are shown in their order, the rights shuffled."""

    kind: ClassVar[str] = "match"
    partly: ClassVar[str] = "partly right counts: each right pair"
    couples: tuple[Couple, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render both sides and shuffle the rights. Raises ContentProblem."""
        question: MatchQuestion = drawn.question
        couples = tuple(
            Couple(
                Choice(pair.left.id, drawn.text(f"pairs[{n}].left.text", pair.left.text)),
                Choice(pair.right.id, drawn.text(f"pairs[{n}].right.text", pair.right.text)),
                drawn.text(f"pairs[{n}].why", pair.why),
            )
            for n, pair in enumerate(question.pairs)
        )
        return cls(
            **drawn.common,
            left=tuple(couple.left for couple in couples),
            right=drawn.chance.shuffled(tuple(couple.right for couple in couples)),
            couples=couples,
        )

    @property
    def right_pairs(self) -> Mapping[str, str]:
        """All pairs that belong together, from the left's id to the right's."""
        return {couple.left.id: couple.right.id for couple in self.couples}

    @property
    def shape(self) -> str:
        """An object from left ids to right ids."""
        return f"an object from each of {listed(self.left)} to one of {listed(self.right)}"

    def score(self, answer: object) -> Result:
        """A share of the points for each right pair. Raises AnswerProblem for an id of neither side."""
        chosen = self._chosen(answer)
        texts = {choice.id: choice for choice in self.right}
        parts = []
        hits = 0
        for couple in self.couples:
            given = chosen.get(couple.left.id)
            hits += given == couple.right.id
            left, right = _line(couple.left), _line(couple.right)
            if given == couple.right.id:
                said = f"Right: {left} → {right}."
            elif given is None:
                said = f"Not matched: {left}. It goes with {right}."
            else:
                said = f"Wrong: {left} → {_line(texts[given])}. It goes with {right}."
            parts.append(f"- {said} {couple.why}")
        if hits < len(self.couples):
            parts.append(f"\n*Points: {hits} of {len(self.couples)} pairs are right.*")
        return self.share(hits / len(self.couples), "\n".join(parts))

    def _chosen(self, answer: object) -> Mapping[str, str]:
        lefts, rights = {choice.id for choice in self.left}, {choice.id for choice in self.right}
        if not isinstance(answer, dict):
            raise self.problem(answer)
        for left, right in answer.items():
            if not isinstance(left, str) or left not in lefts:
                raise self.problem(left)
            if not isinstance(right, str) or right not in rights:
                raise self.problem(right)
        return answer

    def flaws(self) -> Iterator[str]:
        """Pieces of one side that say the same, and ids that tell which belong together."""
        for side in (self.left, self.right):
            if text := repeated(choice.text for choice in side):
                yield f"two pieces of one side say '{text}', so that either could be meant"
        if any(couple.left.id == couple.right.id for couple in self.couples):
            yield "a left and its right have the same id, which gives the answer away"
        if all(counts([getattr(couple, side).id for couple in self.couples]) for side in ("left", "right")):
            yield "the ids of both sides count the pairs, which gives the answer away"


def _line(choice: Choice) -> str:
    return emphasised(" ".join(choice.text.split()))
