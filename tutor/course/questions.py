"""The content model of quizzes: what ``quiz.yaml`` may say, one model for each kind of question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tutor.course.models import Identifier, Model, Name, Text


class Span(Model):
    """A range to draw a number from: ``from``, ``from + step``, … up to ``to``."""

    start: float = Field(alias="from")
    to: float
    step: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _holds_a_bounded_number_of_values(self) -> Span:
        if not self.start <= self.to:
            raise ValueError(f"'to' ({self.to:g}) lies below 'from' ({self.start:g})")
        if not (self.to - self.start) / self.step < 1_000_000:
            raise ValueError("a span holds at most 1,000,000 values; use a larger 'step'")
        return self


class Question(Model):
    """What all kinds of question share.

    ``draw`` gives each variable a list to choose from, or a range; ``let`` computes more from
    them, in order; a draw counts only when every condition of ``where`` holds. All texts, and the
    numbers of answers, are Jinja templates over these variables: ``{{ billions * bits / 8 }}``.
    """

    id: Identifier
    goal: Identifier
    question: Text
    draw: dict[Name, Span | Annotated[tuple[int | float | str, ...], Field(min_length=1)]] = Field(default={})
    let: dict[Name, Text] = Field(default={})
    where: tuple[Text, ...] = Field(default=(), description="expressions that every draw must satisfy")
    points: Annotated[int, Field(ge=1)] = 1
    step: Identifier | None = Field(default=None, description="the lesson step to reread")


def _refuse_repeated(ids: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise ValueError(f"two {what} have the id '{id}'")
        seen.add(id)


class Option(Model):
    """One choice. ``why`` explains it; for a wrong one it begins with what is right about it."""

    id: Identifier
    text: Text
    right: bool = False
    why: Text
    misconception: Identifier | None = None


class SingleQuestion(Question):
    """One option is right."""

    kind: Literal["single"]
    options: tuple[Option, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _has_exactly_one_right_option(self) -> SingleQuestion:
        _refuse_repeated((option.id for option in self.options), "options")
        if (right := sum(option.right for option in self.options)) != 1:
            raise ValueError(f"exactly one option is marked 'right: true', not {right}")
        return self


class MultipleQuestion(Question):
    """Each option is right or wrong by itself; there is at least one of either."""

    kind: Literal["multiple"]
    options: tuple[Option, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _has_right_and_wrong_options(self) -> MultipleQuestion:
        _refuse_repeated((option.id for option in self.options), "options")
        if len({option.right for option in self.options}) != 2:
            raise ValueError("at least one option is right and at least one wrong")
        return self


class WrongValue(Model):
    """A wrong answer that people give, and why they come to it."""

    value: Text
    why: Text
    misconception: Identifier | None = None


class NumericQuestion(Question):
    """The answer is a number, right within the larger of both tolerances, in the unit or another of its kind."""

    kind: Literal["numeric"]
    answer: Text = Field(description="an expression over the drawn variables, such as 'billions * 2'")
    unit: str = ""
    relative_tolerance: Annotated[float, Field(ge=0)] = 0.01
    absolute_tolerance: Annotated[float, Field(ge=0)] = 0.0
    why: Text
    wrong: tuple[WrongValue, ...] = Field(min_length=1, description="``value`` is an expression")


class OutputQuestion(Question):
    """The answer is what the program prints."""

    kind: Literal["output"]
    code: Text = Field(description="runs alone and prints the answer; a test runs it")
    answer: Text
    why: Text
    wrong: tuple[WrongValue, ...] = Field(min_length=1)


class Piece(Model):
    """A text to put in order or to match, known by its id."""

    id: Identifier
    text: Text


class OrderQuestion(Question):
    """The answer is the order of the pieces."""

    kind: Literal["order"]
    pieces: tuple[Piece, ...] = Field(min_length=3, description="in the right order")
    why: Text

    @model_validator(mode="after")
    def _has_distinct_pieces(self) -> OrderQuestion:
        _refuse_repeated((piece.id for piece in self.pieces), "pieces")
        return self


class Pair(Model):
    """A left and a right that belong together. ``why`` says so."""

    left: Piece
    right: Piece
    why: Text


class MatchQuestion(Question):
    """The answer is which right belongs to which left."""

    kind: Literal["match"]
    pairs: tuple[Pair, ...] = Field(min_length=3)

    @model_validator(mode="after")
    def _has_distinct_sides(self) -> MatchQuestion:
        _refuse_repeated((pair.left.id for pair in self.pairs), "left sides")
        _refuse_repeated((pair.right.id for pair in self.pairs), "right sides")
        return self


BLANK = "____"


class Case(Model):
    """An expression over the learner's completed code, and the value it must have."""

    expression: Text
    gives: Text = Field(description="its value, a Python literal such as [1, 2]")


class CodeQuestion(Question):
    """The answer fills the blank of a program; any filling with which every case has its value is right."""

    kind: Literal["code"]
    code: Text = Field(description="Python with one blank, written ____")
    answer: Text = Field(description="a right filling of the blank")
    cases: tuple[Case, ...] = Field(min_length=1)
    why: Text
    wrong: tuple[WrongValue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_one_blank(self) -> CodeQuestion:
        if (blanks := self.code.count(BLANK)) != 1:
            raise ValueError(f"'code' has exactly one blank, written {BLANK}, not {blanks}")
        return self


AnyQuestion = Annotated[
    SingleQuestion
    | MultipleQuestion
    | NumericQuestion
    | OutputQuestion
    | OrderQuestion
    | MatchQuestion
    | CodeQuestion,
    Field(discriminator="kind"),
]


class Quiz(Model):
    """``quiz.yaml``: a lesson's questions, in the order of asking."""

    items: tuple[AnyQuestion, ...] = Field(min_length=1)
    misconceptions: dict[Identifier, Text] = Field(
        default={},
        description="wrong ideas that no exercise names: the id, and what was thought ('This looks like …')",
    )
