"""``tutor quiz LESSON --open``: open questions as a conversation, answered in one's own words and marked by oneself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.conversing import LEAVE, Left, next_line, nobody_answers
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import OpenQuestion
    from tutor.progress import Store


def open_json(lesson: LoadedLesson) -> dict[str, Any]:
    """``tutor.open/1``: the questions with their points and model answers."""
    questions = [question.model_dump() for question in lesson.open_questions]
    return {"schema": "tutor.open/1", "lesson": lesson.id, "questions": questions}


def ask_open(lesson: LoadedLesson, store: Store) -> None:
    """Ask each open question, take the answer, show the points one by one, and keep what was found.

    Raises:
        UsageProblem: the lesson has none, or nobody can answer.
    """
    if not lesson.open_questions:
        raise UsageProblem(
            f"The lesson {lesson.id} has no open questions.",
            where=lesson.id,
            next_step=f"Its other questions: tutor quiz {lesson.id}",
        )
    count = len(lesson.open_questions)
    console.write(styled(f"{count} questions. An empty line ends an answer, {LEAVE} leaves.", "dim"))
    answered = 0
    try:
        for number, question in enumerate(lesson.open_questions, 1):
            console.write("\n" + styled(f"{number} of {count}", "bold"))
            _ask(lesson, question, store)
            answered += 1
    except Left:
        if not answered and not sys.stdin.isatty():
            raise nobody_answers("tutor quiz --open", "Use --json for the questions.") from None


def _ask(lesson: LoadedLesson, question: OpenQuestion, store: Store) -> None:
    from tutor.progress.own_words import keep_draft, keep_own_words

    console.write(wrapped(clean(" ".join(question.question.split()))))
    text = _paragraph()
    keep_draft(store, lesson, question, text)
    console.write("\n" + styled("Does your text say this, in full? y or n", "dim"))
    made = []
    for number, point in enumerate(question.points):
        console.write(wrapped(clean(" ".join(point.split())), "   ", f"{number + 1}. "))
        if next_line("y/n> ").strip().lower() in ("y", "yes"):
            made.append(number)
    keep_own_words(store, lesson, question, text, made)
    console.write(
        "\n" + styled(f"{len(made)} of {len(question.points)} points.", "bold") + " A model answer:"
    )
    console.write(wrapped(clean(" ".join(question.model_answer.split())), "  ", "  "))


def _paragraph() -> str:
    """Lines up to an empty one; empty lines before the first are passed over."""
    lines: list[str] = []
    while not (lines and not lines[-1].strip()):
        line = next_line("> ")
        if lines or line.strip():
            lines.append(line)
    return "\n".join(lines).strip()
