"""Steps to be read again: what is missed again and again needs the lesson, not one more question.

The rule: a quiz item that was answered without a point *three times* since its step was last read
reopens that step, until it is read again. Three, because once is a slip and twice may be a bad day;
the answers need not follow one another, because a guess that hit in between has taught nothing. A
part of the points is no miss. All of it follows from the logs of answers and of steps that were read.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.errors import ContentProblem
from tutor.progress.states import KEPT_MISSES as MISSES

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.progress.states import ItemState

RULE = f"Its question was missed {MISSES} times since you read it."


def steps_to_reread(
    content: Content,
    items: Mapping[tuple[str, str], ItemState],
    last_read: Mapping[str, Mapping[str, str]],
) -> dict[str, tuple[str, ...]]:
    """The ids of the steps to read again, in the lesson's order, by lesson; only lessons that have some.

    ``items`` are by lesson and item; ``last_read`` is when (ISO 8601, UTC) each step was last read.
    """
    found: dict[str, tuple[str, ...]] = {}
    for lesson in content.lessons:
        missed = [
            (item, state.misses[0])
            for item in lesson.items
            if (state := items.get((lesson.id, item))) is not None and len(state.misses) == MISSES
        ]
        if missed and (read := last_read.get(lesson.id)):
            steps = _steps_of(lesson)
            open_again = {
                step for item, since in missed if (step := steps.get(item, "")) in read and since > read[step]
            }
            if open_again:
                found[lesson.id] = tuple(step for step in lesson.steps if step in open_again)
    return found


def _steps_of(lesson: LoadedLesson) -> dict[str, str]:
    """The step of each quiz item that names one. A quiz that can't be read is told where it is asked."""
    with suppress(ContentProblem):
        return {item.id: item.step for item in (lesson.quiz.items if lesson.quiz else ()) if item.step}
    return {}
