"""Single choice: one option is right. The answer is its id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Item, Result
from tutor.quiz.kinds.choice import Explained, choices, draw_options, option_flaws
from tutor.quiz.shapes import listed


@dataclass(frozen=True, kw_only=True)
class SingleItem(Item):
    """Drawn options, one of them right."""

    kind: ClassVar[str] = "single"
    explained: tuple[Explained, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render the options and shuffle them. Raises ContentProblem."""
        options = draw_options(drawn)
        return cls(**drawn.common, options=choices(options), explained=options)

    @property
    def right_options(self) -> frozenset[str]:
        """The id of the right option, alone."""
        return frozenset(option.id for option in self.explained if option.right)

    @property
    def shape(self) -> str:
        """One id."""
        return f"the id of one option: {listed(self.options)}"

    def score(self, answer: object) -> Result:
        """All points for the right option, else none. Raises AnswerProblem for an id that is no option's."""
        chosen = next((option for option in self.explained if option.id == answer), None)
        if chosen is None:
            raise self.problem(answer)
        if chosen.right:
            return self.share(1, chosen.explanation)
        right = next(option for option in self.explained if option.right)
        explanation = f"You chose {chosen.explanation}\n\nThe right answer is {right.explanation}"
        return self.share(0, explanation, chosen.misconception)

    def flaws(self) -> Iterator[str]:
        """Options that say the same, and ids that give the answer away."""
        yield from option_flaws(self.explained)
