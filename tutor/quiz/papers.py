"""A quiz as it is handed out (``tutor.quiz/1``), and what comes back (``tutor.quiz-result/1``)."""

from __future__ import annotations

import difflib
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.quiz.build import build
from tutor.quiz.items import AnswerProblem, Item, JsonObject, Result
from tutor.quiz.wording import shown

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

LARGEST_DOCUMENT = 1_000_000
SHAPE = 'Answers are {"seed": 7, "answers": {"ITEM": …}}, with the seed of the quiz that was asked.'


@dataclass(frozen=True)
class Scored:
    """One item and what its answer was worth; ``answer`` is None when there was none."""

    key: str
    item: Item
    answer: object
    result: Result

    def to_json(self) -> JsonObject:
        """An item of a ``tutor.quiz-result/1`` document."""
        return {
            "id": self.key,
            "correct": self.result.correct,
            "points": self.result.points,
            "of": self.result.of,
            "explanation": self.result.explanation,
            "misconception": self.result.misconception,
        }


@dataclass(frozen=True)
class Paper:
    """Items that are asked together. ``lesson`` is None when they come from several.

    An item's key is its id, or ``lesson/id`` where two lessons use the same.
    """

    lesson: str | None
    seed: int
    items: tuple[Item, ...]

    @property
    def keys(self) -> dict[str, Item]:
        """The items by key, in order."""
        times = Counter(item.id for item in self.items)
        return {item.id if times[item.id] == 1 else f"{item.lesson}/{item.id}": item for item in self.items}

    def to_json(self) -> JsonObject:
        """The ``tutor.quiz/1`` document. Answers are not in it."""
        return {
            "schema": "tutor.quiz/1",
            "lesson": self.lesson,
            "seed": self.seed,
            "items": [{**item.to_json(), "id": key} for key, item in self.keys.items()],
        }

    def score(self, answers: Mapping[str, object]) -> list[Scored]:
        """Every item's result, in order. One without an answer gets no points and says so.

        Raises AnswerProblem for an unknown item and for an answer of the wrong shape.
        """
        items = self.keys
        for key in answers:
            if key not in items:
                raise _unknown(key, list(items))
        return [_scored(key, item, answers.get(key)) for key, item in items.items()]


def fresh_seed() -> int:
    """A seed for a new sitting, short enough to type again."""
    return secrets.randbelow(1_000_000)


def result_document(scored: Sequence[Scored]) -> JsonObject:
    """The ``tutor.quiz-result/1`` document."""
    return {
        "schema": "tutor.quiz-result/1",
        "points": round(sum(one.result.points for one in scored), 2),
        "of": sum(one.result.of for one in scored),
        "items": [one.to_json() for one in scored],
    }


def score_answers(lesson: LoadedLesson, document: object) -> JsonObject:
    """Score ``{"seed": …, "answers": {…}}`` against the lesson's quiz of that seed.

    Raises AnswerProblem (unknown item, wrong shape) and ContentProblem.
    """
    seed, answers = read_answers(document)
    return result_document(Paper(lesson.id, seed, tuple(build(lesson, seed))).score(answers))


def read_answers(document: object) -> tuple[int, Mapping[str, object]]:
    """Seed and answers of an answers document: its text, or what JSON made of it. Raises AnswerProblem."""
    if isinstance(document, str | bytes):
        document = _parsed(document)
    if not isinstance(document, dict):
        raise AnswerProblem("The answers are no JSON object.", where="answers", next_step=SHAPE)
    seed, answers = document.get("seed"), document.get("answers")
    if isinstance(seed, bool) or not isinstance(seed, int) or abs(seed) >= 2**63:
        raise AnswerProblem(f"The seed is no whole number: {shown(seed)}.", where="seed", next_step=SHAPE)
    if not isinstance(answers, dict):
        raise AnswerProblem("There is no object 'answers'.", where="answers", next_step=SHAPE)
    return seed, answers


def _parsed(text: str | bytes) -> object:
    if len(text) > LARGEST_DOCUMENT:
        raise AnswerProblem("The answers are over 1 MB.", where="answers", next_step=SHAPE)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The answers are no JSON: {str(error)[:200]}."
        raise AnswerProblem(message, where="answers", next_step=SHAPE) from None


def _scored(key: str, item: Item, answer: object) -> Scored:
    if answer is None:
        return Scored(key, item, None, item.share(0, "Unanswered."))
    return Scored(key, item, answer, item.score(answer))


def _unknown(id: str, known: list[str]) -> AnswerProblem:
    nearest = difflib.get_close_matches(id[:100], known, 1, cutoff=0.5)
    step = f"Did you mean '{nearest[0]}'?" if nearest else f"The items are {', '.join(known)}."
    return AnswerProblem(f"This quiz has no item {shown(id)}.", where="answers", next_step=step)
