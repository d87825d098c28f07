"""A number, with a unit and a tolerance. The answer is a number, or a text such as ``28 GB``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from tutor.course.questions import NumericQuestion
from tutor.quiz.drawing import Drawn
from tutor.quiz.items import AnswerProblem, Item, Result
from tutor.quiz.numbers import NumberError, read_quantity
from tutor.quiz.units import UnitError, factor_between, related
from tutor.quiz.wording import number_text

ROUNDING_NOISE = 1e-9
SAME = 0.1  # the nearest wrong value explains an answer: a tenth of the tolerance tells two apart


@dataclass(frozen=True)
class Slip:
    """A wrong number that people give, and why they come to it."""

    value: float
    why: str
    misconception: str | None


@dataclass(frozen=True, kw_only=True)
class NumericItem(Item):
    """A drawn number with its unit and tolerances, and the wrong numbers that people give, in the same unit."""

    kind: ClassVar[str] = "numeric"
    answer: float = field(repr=False)
    relative_tolerance: float
    absolute_tolerance: float
    why: str = field(repr=False)
    slips: tuple[Slip, ...] = field(repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Compute the answer and the wrong values. Raises ContentProblem, also for a unit that is not known."""
        question: NumericQuestion = drawn.question
        unit = drawn.text("unit", question.unit)
        try:
            factor_between(unit, unit)
        except UnitError as error:
            raise drawn.source.problem(str(error), field="unit") from None
        return cls(
            **drawn.common,
            unit=unit,
            answer=drawn.number("answer", question.answer),
            relative_tolerance=question.relative_tolerance,
            absolute_tolerance=question.absolute_tolerance,
            why=drawn.text("why", question.why),
            slips=tuple(
                Slip(
                    drawn.number(f"wrong[{n}].value", wrong.value),
                    drawn.text(f"wrong[{n}].why", wrong.why),
                    wrong.misconception,
                )
                for n, wrong in enumerate(question.wrong)
            ),
        )

    @property
    def accepts(self) -> str:
        """The same for every draw, and nothing that the answer decides: it must not give it away."""
        if not self.unit:
            return "such as 28, 2.5, 1/3, 3e8, 2^10 or 50 %"
        others = related(self.unit)
        units = f"; the unit may be left out, or be {_listed(others)}" if others else ""
        return f"such as 28, 2.5, 1/3, 3e8 or 2^10{units}"

    def score(self, answer: object) -> Result:
        """All points within the tolerance, else none; the nearest wrong value explains. Raises AnswerProblem."""
        try:
            value = read_quantity(answer, self.unit)
        except NumberError as error:
            raise AnswerProblem(str(error), where=self.id, next_step=f"Answer with {self.shape}.") from None
        if self.near(value, self.answer):
            return self.share(1, f"**{self._quantity(self.answer)}**{self._tolerance}\n\n{self.why}")
        slip = min(self.slips, key=lambda slip: abs(value - slip.value))
        known = self.near(value, slip.value)
        came = f"You answered **{self._quantity(value)}**."
        parts = [f"{came} {slip.why}" if known else came]
        parts.append(f"The right answer is **{self._quantity(self.answer)}**{self._tolerance}\n\n{self.why}")
        return self.share(0, "\n\n".join(parts), slip.misconception if known else None)

    def near(self, value: float, target: float, share: float = 1.0) -> bool:
        """Within the tolerance of ``target``, or a share of it."""
        tolerance = max(self.relative_tolerance * abs(target), self.absolute_tolerance)
        return abs(value - target) <= max(share * tolerance, ROUNDING_NOISE * abs(target))

    def flaws(self) -> Iterator[str]:
        """Wrong values that are right, and pairs of them that lie too near each other to be told apart."""
        for n, slip in enumerate(self.slips):
            wrong = number_text(slip.value)
            if self.near(slip.value, self.answer):
                yield f"wrong value {wrong} is right: the answer is {number_text(self.answer)}"
            for other in self.slips[:n]:
                if self.near(slip.value, other.value, SAME):
                    yield f"wrong values {number_text(other.value)} and {wrong} can't be told apart"

    @property
    def shape(self) -> str:
        """A number; its unit may be any that the item's can be computed from."""
        if not self.unit:
            return "a number without a unit"
        return f"a number in {self.unit}, or in a unit of the same kind"

    @property
    def _tolerance(self) -> str:
        if self.absolute_tolerance > self.relative_tolerance * abs(self.answer):
            return f" (± {number_text(self.absolute_tolerance)})."
        if self.relative_tolerance > 0:
            return f" (± {number_text(100 * self.relative_tolerance)} %)."
        return "."

    def _quantity(self, value: float) -> str:
        rounded = float(f"{value:.6g}") if abs(value) < 1e5 else value
        return f"{number_text(rounded)} {self.unit}".strip()


def _listed(units: Sequence[str]) -> str:
    return f"{', '.join(units[:-1])} or {units[-1]}" if len(units) > 1 else units[0]
