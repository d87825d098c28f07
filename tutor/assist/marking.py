"""An answer in the learner's own words, for an assistant to hold against the points. Advice: it marks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.assist.quoting import quoted

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import OpenQuestion

ASK = """\
Hold my answer against the points one by one. For each: does my text say it, say a part of it, or not say it? Quote the
words that decide. Take nothing for said that I only come near to, and add nothing of your own to my answer. If a
sentence of mine is wrong, name it. End with ONE question that would lead me to the most important point that is
missing, and do not write the answer for me. Your marks are advice: I tick the points myself."""


def marking_prompt(lesson: LoadedLesson, question: OpenQuestion, text: str) -> str:
    """The question, its points, the learner's answer as material, and what is asked of the assistant."""
    points = "\n".join(f"{number}. {point.strip()}" for number, point in enumerate(question.points, 1))
    return (
        f"I am learning how language models are quantized (lesson: {lesson.title}), and answered a question in my own "
        f"words.\n\nQuestion: {question.question.strip()}\n\nThe points that a full answer makes:\n{points}\n\n"
        f"{quoted(text, 'My answer.')}\n\n{ASK}\n"
    )
