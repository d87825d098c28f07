"""What a quiz is made of once its numbers are drawn: items to show, and results to explain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tutor.errors import UsageProblem
from tutor.quiz.wording import shown

if TYPE_CHECKING:
    from tutor.quiz.drawing import Drawn

JsonObject = dict[str, Any]


class AnswerProblem(UsageProblem):
    """The answer has the wrong shape: a list where one id is asked, say. Nothing was scored."""


@dataclass(frozen=True)
class Choice:
    """An option, a piece, or one side of a pair, as it is shown."""

    id: str
    text: str

    def to_json(self) -> JsonObject:
        """As it stands in a ``tutor.quiz/1`` document."""
        return {"id": self.id, "text": self.text}


@dataclass(frozen=True)
class Result:
    """What one answer is worth, and why.

    ``points`` is between 0 and ``of``, rounded to two decimals; ``correct`` means all of them.
    ``explanation`` is Markdown. ``misconception`` is an id, or None when none is known. ``slip`` says why nothing could
    be run, where a typing error is the likeliest reason.
    """

    correct: bool
    points: float
    of: int
    explanation: str
    misconception: str | None = None
    slip: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One drawn question. A kind is a subclass that holds the answer in fields of its own.

    ``to_json`` is what a learner may see: it never holds the answer.
    """

    kind: ClassVar[str]
    partly: ClassVar[str] = ""
    """What counts where an answer is partly right, said before it is given; empty where no part counts."""

    id: str
    lesson: str
    goal: str
    step: str | None
    points: int
    question: str
    options: tuple[Choice, ...] = ()
    left: tuple[Choice, ...] = ()
    right: tuple[Choice, ...] = ()
    unit: str = ""
    code: str = ""
    variables: Mapping[str, object] = field(default_factory=dict, repr=False)

    @classmethod
    def draw(cls, drawn: Drawn) -> Self:
        """Render a question with its drawn numbers. Raises ContentProblem."""
        raise NotImplementedError

    @property
    def shape(self) -> str:
        """What an answer must be, for whoever sends it as data; completes 'Answer with …'."""
        raise NotImplementedError

    @property
    def accepts(self) -> str:
        """How an answer may be written, where that needs saying; told before it is given."""
        return ""

    @property
    def right_options(self) -> frozenset[str]:
        """The ids of the options that are right, to be marked once it was answered."""
        return frozenset()

    @property
    def right_pairs(self) -> Mapping[str, str]:
        """The pairs of ids that belong together, to be marked once it was answered."""
        return {}

    @property
    def right_order(self) -> tuple[str, ...]:
        """The ids in the order that is right, to mark their places once it was answered."""
        return ()

    def score(self, answer: object) -> Result:
        """Judge an answer. Raises AnswerProblem when it has the wrong shape, and nothing else."""
        raise NotImplementedError

    def flaws(self) -> Iterator[str]:
        """What makes this draw unfair: two right answers, a wrong value that equals the right one."""
        raise NotImplementedError

    @classmethod
    def prove(cls, draws: Sequence[Self]) -> Iterator[tuple[Self, str]]:
        """The flaws of many draws of one question. Kinds whose proof runs code add that here."""
        for item in draws:
            for flaw in item.flaws():
                yield item, flaw

    def to_json(self) -> JsonObject:
        """The item of a ``tutor.quiz/1`` document."""
        document: JsonObject = {
            "id": self.id,
            "kind": self.kind,
            "question": self.question,
            "points": self.points,
        }
        for key in ("options", "left", "right"):
            if choices := getattr(self, key):
                document[key] = [choice.to_json() for choice in choices]
        if self.unit:
            document["unit"] = self.unit
        if self.code:
            document["code"] = self.code
        return document

    def share(self, share: float, explanation: str, misconception: str | None = None) -> Result:
        """The result for a ``share`` of the points, from 0 to 1."""
        share = min(1.0, max(0.0, share))
        return Result(
            correct=share == 1.0,
            points=round(share * self.points, 2),
            of=self.points,
            explanation=explanation,
            misconception=misconception,
        )

    def problem(self, came: object, also: str = "") -> AnswerProblem:
        """The refusal of an answer of the wrong shape; ``also`` is what else is asked of it."""
        return AnswerProblem(
            f"{shown(came)} is no answer to a question of kind '{self.kind}'.",
            where=self.id,
            next_step=f"Answer with {self.shape}{also}.",
        )
