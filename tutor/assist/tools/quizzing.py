"""Tools that ask a lesson's questions and score answers: practice, which the program does not count."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from tutor.assist.quoting import quoted
from tutor.assist.tools.desk import LONGEST_ID, Desk
from tutor.assist.tools.reading import LessonId
from tutor.errors import UsageProblem

LARGEST_ANSWER = 5_000
Answer = str | int | float | list[str] | dict[str, str]


class Quizzing:
    """Questions with drawn numbers: the answer is scored here, and never shown before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: set[tuple[str, str]] = set()

    async def ask_question(
        self,
        lesson: LessonId,
        item: Annotated[
            str, Field(max_length=LONGEST_ID, description="The item's id; empty for one not asked yet.")
        ] = "",
    ) -> str:
        """One question of a lesson's quiz, with numbers drawn anew. Show it to the learner; don't answer it."""
        from tutor.quiz import fresh_seed

        seed = fresh_seed()
        items = self._items(lesson, seed)
        if not item:
            new = [id for id in items if (lesson, id) not in self._asked]
            if not new:
                self._asked -= {(lesson, id) for id in items}
                new = list(items)
            item = new[0]
        found = _chosen(items, item, lesson)
        self._asked.add((lesson, item))
        return "\n".join([f"item: {item}", f"seed: {seed}", "", *_shown(found)])

    async def answer_question(
        self,
        lesson: LessonId,
        item: Annotated[str, Field(max_length=LONGEST_ID, description="The item's id, as it was asked.")],
        seed: Annotated[int, Field(ge=0, lt=2**53, description="The seed, as it was asked.")],
        answer: Annotated[
            Answer, Field(description="The learner's answer, in the shape that the question names.")
        ],
    ) -> str:
        """Score the learner's answer to a question that was asked, and explain. It is practice and does not count."""
        if len(json.dumps(answer, default=str)) > LARGEST_ANSWER:
            raise UsageProblem(
                f"The answer is longer than {LARGEST_ANSWER:,} characters.",
                where=item,
                next_step="Shorten it.",
            )
        found = _chosen(self._items(lesson, seed), item, lesson)
        from tutor.quiz import score

        result = await asyncio.to_thread(score, found, answer)  # code in an answer is run
        right = "Right" if result.correct else "Not right"
        told = f"{right}: {result.points:g} of {result.of} points.\n\n{result.explanation.strip()}"
        return f"{told}\n\nThis was practice. 'tutor quiz {lesson}' asks what counts and comes back."

    def _items(self, lesson: str, seed: int) -> dict[str, Any]:
        from tutor.quiz import build

        loaded = self._desk.content.lesson(lesson)
        items = {item.id: item for item in build(loaded, seed=seed)} if loaded.items else {}
        if not items:
            raise UsageProblem(f"There is nothing to ask about '{lesson}'.", where=lesson)
        return items


def _chosen(items: dict[str, Any], item: str, lesson: str) -> Any:
    from tutor.course.names import did_you_mean

    if item not in items:
        raise UsageProblem(
            "There is no such question.",
            where=f"{lesson}/{item}",
            next_step=did_you_mean(item, list(items), otherwise="Its questions are"),
        )
    return items[item]


def _shown(item: Any) -> Iterator[str]:
    yield item.question.strip() + (f" (in {item.unit})" if item.unit else "")
    if item.code:
        yield quoted(item.code, "The code that is asked about.", "python")
    for name, choices in (("option", item.options), ("left", item.left), ("right", item.right)):
        for choice in choices:
            yield f"- {name} {choice.id}: {' '.join(choice.text.split())}"
    yield f"Answer with {item.shape}."
