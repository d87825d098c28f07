"""The content model: what ``lesson.yaml``, ``quiz.yaml``, ``prompts.yaml`` and ``exercise.yaml`` may say.

Every model is frozen and refuses unknown keys. Field descriptions are what an author sees in
error messages and in the exported JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Identifier = Annotated[str, Field(pattern=ID_PATTERN, max_length=64)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
Text = Annotated[str, Field(min_length=1)]
Markdown = Annotated[str, Field(min_length=1, max_length=3072)]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# --- lessons/course.yaml ---------------------------------------------------------------------


class Module(Model):
    """A chapter of the course; lessons name it by id."""

    id: Identifier
    title: Text


class CourseInfo(Model):
    """``lessons/course.yaml``: the course's own name, version and order of modules."""

    id: Identifier
    title: Text
    version: Text
    modules: tuple[Module, ...] = Field(min_length=1)


# --- lessons/NN-slug/lesson.yaml -------------------------------------------------------------


class Goal(Model):
    """Something the learner can do afterwards; quiz items name it."""

    id: Identifier
    text: Text


class Knob(Model):
    """One thing about a demo that the learner may change. It becomes the option ``--name value``."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Text
    kind: Literal["int", "float", "choice"]
    default: int | float | str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


class Demo(Model):
    """``demo.py`` beside the lesson: a program that also runs alone. Takes ``--device`` and the knobs."""

    title: Text
    seconds: Annotated[float, Field(gt=0, description="about how long it runs on two CPU cores")]
    knobs: tuple[Knob, ...] = ()


class Guess(Model):
    """One possible guess before a demo, and what the lesson answers to it afterwards."""

    text: Text
    reply: Text


class Prediction(Model):
    """What the learner is asked before a step's demo runs. One key, not graded."""

    question: Text
    guesses: tuple[Guess, ...] = Field(min_length=2, max_length=5)


class Step(Model):
    """One idea, at most 3 KB of Markdown, a screen of 80x24 with at most one scroll."""

    id: Identifier
    kind: Literal["why", "idea", "worked", "demo", "notice", "limits"]
    title: Text
    markdown: Markdown
    predict: Prediction | None = None


class TryItem(Model):
    """Something to try. ``opens`` is ``exercise:ID`` or ``demo:knob=value,knob=value``."""

    text: Text
    opens: Annotated[
        str, Field(pattern=r"^(exercise:[a-z0-9-]+|demo(:[a-z0-9_]+=[^,=]+(,[a-z0-9_]+=[^,=]+)*)?)$")
    ]


class Lesson(Model):
    """``lesson.yaml``. The folder's name is ``NN-slug``; NN orders the lessons."""

    id: Identifier
    title: Text
    module: Identifier
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    summary: Text
    goals: tuple[Goal, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    demo: Demo | None = None
    try_it: tuple[TryItem, ...] = ()


# --- lessons/NN-slug/prompts.yaml ------------------------------------------------------------


class Prompts(Model):
    """Three prompts for an AI assistant, to be used in this order."""

    beginner: Text
    intermediate: Text
    advanced: Text


# --- lessons/NN-slug/quiz.yaml ---------------------------------------------------------------


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
    draw: dict[Name, Span | Annotated[tuple[int | float | str, ...], Field(min_length=1)]] = {}
    let: dict[Name, Text] = {}
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
    kind: Literal["single"]
    options: tuple[Option, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _has_exactly_one_right_option(self) -> SingleQuestion:
        _refuse_repeated((option.id for option in self.options), "options")
        if (right := sum(option.right for option in self.options)) != 1:
            raise ValueError(f"exactly one option is marked 'right: true', not {right}")
        return self


class MultipleQuestion(Question):
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
    kind: Literal["numeric"]
    answer: Text = Field(description="an expression over the drawn variables, such as 'billions * 2'")
    unit: str = ""
    relative_tolerance: Annotated[float, Field(ge=0)] = 0.01
    absolute_tolerance: Annotated[float, Field(ge=0)] = 0.0
    why: Text
    wrong: tuple[WrongValue, ...] = Field(min_length=1, description="``value`` is an expression")


class OutputQuestion(Question):
    kind: Literal["output"]
    code: Text = Field(description="runs alone and prints the answer; a test runs it")
    answer: Text
    why: Text
    wrong: tuple[WrongValue, ...] = Field(min_length=1)


class Piece(Model):
    id: Identifier
    text: Text


class OrderQuestion(Question):
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
    items: tuple[AnyQuestion, ...] = Field(min_length=1)
    misconceptions: dict[Identifier, Text] = Field(
        default={},
        description="wrong ideas that no exercise names: the id, and what was thought ('This looks like …')",
    )


# --- exercises/ID/exercise.yaml --------------------------------------------------------------


class Function(Model):
    """One function the learner writes.

    ``process`` says in which of the two untrusted processes of a grading it is called, so that
    what one function returns must really carry what the other needs.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    signature: Text
    process: Literal["first", "second"] = "first"


class Misconception(Model):
    """A wrong idea that a verdict or an answer can reveal; the id says what was thought."""

    id: Identifier
    thought: Text = Field(description="completes 'This looks like …'")
    message: Text = Field(description="why one comes to it, and what is true")
    hint: Annotated[int, Field(ge=1)] = Field(default=1, description="the hint that helps, from 1")


class Limits(Model):
    """What one grading may use. The defaults are the course's rulings."""

    cpu_seconds: Annotated[float, Field(gt=0)] = 20
    wall_seconds: Annotated[float, Field(gt=0)] = 40
    memory_mib: Annotated[int, Field(gt=0)] = 2048
    arena_mib: Annotated[int, Field(gt=0)] = 64
    threads: Annotated[int, Field(ge=1, le=16)] = 1


class Exercise(Model):
    """``exercise.yaml``. Beside it lie ``stub.py`` and ``example.py`` (public examples)."""

    id: Identifier
    title: Text
    lesson: Identifier
    order: Annotated[int, Field(ge=1, description="position among the lesson's exercises")]
    version: Annotated[int, Field(ge=1)]
    minutes: Annotated[int, Field(ge=1)]
    requires: tuple[Identifier, ...] = ()
    brief: Text
    interface: tuple[Function, ...] = Field(min_length=1)
    hints: tuple[Text, ...] = Field(min_length=3, max_length=5)
    misconceptions: tuple[Misconception, ...] = Field(min_length=1)
    limits: Limits = Limits()
    notice: Text = Field(description="what to notice, shown after the pass")


Answer = Any
