"""What there is to do after a lesson's steps, after a quiz, after a placement test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.amounts import counted
from tutor.app.widgets.go_on import Way
from tutor.progress.own_words import own_words

if TYPE_CHECKING:
    from tutor.app.engine import Engine
    from tutor.course import LoadedLesson
    from tutor.quiz.sitting import Sitting

QUOTED = 60
"""Characters of a question that stand beside its step."""


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
        answered = {answer.item for answer in engine.store.answers(lesson.id)} & set(lesson.items)
        status = "done" if len(answered) == len(lesson.items) else "started" if answered else "new"
        note = f"{len(answered)} answered" if status == "started" else ""
        ways.append(Way("Quiz", counted(len(lesson.items), "question"), "quiz", status, note))
    answers = own_words(engine.store, lesson)
    for question in lesson.open_questions:
        answer = answers.get(question.id)
        note = "" if answer is None else f"{len(answer.made)} of {len(question.points)} points"
        text = " ".join(question.question.split())
        status = "new" if answer is None else "done"
        ways.append(Way("In your own words", text, f"own-words:{question.id}", status, note))
    if lesson.prompts is not None:
        ways.append(Way("With your AI assistant", "Three prompts, to be used in order", "prompts"))
    ways.append(Way("With your AI assistant", "Ask in a chat, here", "chat"))
    following = _following(engine.content.lessons, lesson.id)
    if following is not None:
        status = standing.lesson(following.id)
        ways.append(Way("Next lesson", following.title, f"lesson:{following.id}", status))
    return ways


def _following(lessons: tuple[LoadedLesson, ...], lesson_id: str) -> LoadedLesson | None:
    after = [lesson.id for lesson in lessons].index(lesson_id) + 1
    return lessons[after] if after < len(lessons) else None


def after_quiz(engine: Engine, sitting: Sitting) -> list[Way]:
    """What comes next, and the step of each question that was missed."""
    ways = [Way("Go on", engine.standing().next.why, "next")]
    for item in sitting.missed:
        lesson = engine.content.lesson(item.lesson).info
        step = next((step for step in lesson.steps if step.id == item.step), None)
        opens = f"step:{item.lesson}:{step.id}" if step else f"lesson:{item.lesson}"
        question = " ".join(item.question.split())
        text = question if len(question) <= QUOTED else f"{question[: QUOTED - 1]}…"
        title = step.title if step else lesson.title
        ways.append(Way("Reread what was missed", title, opens, "failed", text))
    return ways


def after_placement(engine: Engine, sitting: Sitting) -> list[Way]:
    """Where to begin, what is tested out, and what is to be learned."""
    placed = engine.place(sitting)
    ways = [Way("Begin here", engine.standing().next.why, "next")]
    for lesson in placed.tested_out:
        ways.append(
            Way("Tested out, and still open to you", lesson.title, f"lesson:{lesson.id}", "tested-out")
        )
    for lesson in placed.open:
        asked = [(key, item) for key, item in sitting.items.items() if item.lesson == lesson.id]
        right = sum(sitting.marks[sitting.keys.index(key)] == "passed" for key, _ in asked)
        note = f"{right} of {len(asked)} answered right"
        ways.append(Way("Yours to learn", lesson.title, f"lesson:{lesson.id}", "new", note))
    return ways
