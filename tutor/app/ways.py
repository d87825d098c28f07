"""What there is to do after a lesson's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.app.text import plural
from tutor.app.widgets.go_on import Way

if TYPE_CHECKING:
    from tutor.app.engine import Engine
    from tutor.course import LoadedLesson


def ways_on(engine: Engine, lesson: LoadedLesson) -> list[Way]:
    """Things to try, exercises, the quiz, the prompts, the next lesson: in the order in which they help.

    Raises:
        ContentProblem: the lesson's files broke meanwhile. EnvironmentProblem: the store can't be read.
    """
    standing = engine.standing()
    shows_demo = any(step.kind == "demo" for step in lesson.info.steps)
    ways = [
        Way("Try it", item.text, item.opens)
        for item in lesson.info.try_it
        if shows_demo or not item.opens.startswith("demo")
    ]
    for exercise in engine.content.exercises_of(lesson.id):
        status: str = standing.exercise(exercise.id)
        minutes = f"{exercise.minutes} min"
        ways.append(Way("Exercises", exercise.title, f"exercise:{exercise.id}", status, minutes))
    if lesson.items:
        status = "done" if engine.store.answers(lesson.id) else "new"
        ways.append(Way("Quiz", plural(len(lesson.items), "question"), "quiz", status))
    if lesson.prompts is not None:
        ways.append(Way("With your AI assistant", "Three prompts, to be used in order", "prompts"))
    following = _following(engine.content.lessons, lesson.id)
    if following is not None:
        status = standing.lesson(following.id)
        ways.append(Way("Next lesson", following.title, f"lesson:{following.id}", status))
    return ways


def _following(lessons: tuple[LoadedLesson, ...], lesson_id: str) -> LoadedLesson | None:
    after = [lesson.id for lesson in lessons].index(lesson_id) + 1
    return lessons[after] if after < len(lessons) else None
