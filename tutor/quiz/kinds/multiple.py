"""Multiple choice: each option is right or wrong by itself. The answer is a list of ids.

Points: right options chosen less wrong ones chosen, as a share of the right ones, not below none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from tutor.quiz.drawing import Drawn
from tutor.quiz.items import Item, Result
from tutor.quiz.kinds.choice import Explained, choices, draw_options, option_flaws
from tutor.quiz.shapes import ids_of, listed


@dataclass(frozen=True, kw_only=True)
class MultipleItem(Item):
    """Drawn options, each right or wrong by itself."""

    kind: ClassVar[str] = "multiple"
    partly: ClassVar[str] = "partly right counts: right ones chosen less wrong ones, never below 0"
    explained: tuple[Explained, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render the options and shuffle them. Raises ContentProblem."""
        options = draw_options(drawn)
        return cls(**drawn.common, options=choices(options), explained=options)

    @property
    def right_options(self) -> frozenset[str]:
        """The ids of all right options."""
        return frozenset(option.id for option in self.explained if option.right)

    @property
    def shape(self) -> str:
        """A list of ids, in any order."""
        return f"a list of ids out of {listed(self.options)}"

    def score(self, answer: object) -> Result:
        """(right ones chosen − wrong ones chosen) / right ones, of the points. Raises AnswerProblem for unknown ids."""
        known = [option.id for option in self.options]
        chosen = set(ids_of(self, answer, known))
        hits = [option for option in self.explained if option.right and option.id in chosen]
        missed = [option for option in self.explained if option.right and option.id not in chosen]
        false = [option for option in self.explained if not option.right and option.id in chosen]
        share = (len(hits) - len(false)) / (len(hits) + len(missed))
        parts = [
            *_part("Right to choose", hits),
            *_part("Chosen, but wrong", false),
            *_part("Right, but not chosen", missed),
        ]
        if missed or false:
            of = len(hits) + len(missed)
            parts.append(f"*Points: {len(hits)} right less {len(false)} wrong, of {of}; never below 0.*")
        misconception = next((option.misconception for option in false if option.misconception), None)
        return self.share(share, "\n\n".join(parts), misconception)

    def flaws(self) -> Iterator[str]:
        """Options that say the same, and ids that give the answer away."""
        yield from option_flaws(self.explained)


def _part(title: str, options: list[Explained]) -> list[str]:
    return [f"{title}: {option.explanation}" for option in options]
