"""What an assistant may do, whichever way it comes in: the same tools for MCP clients and for the chat.

Each tool is an async method with typed, bounded parameters; its docstring is what the assistant is told. It
answers in text, or raises a TutorProblem. No tool reads a hidden check, writes the learner's file or marks
anything as done, and no text that a tool returns changes what another one may do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tutor.assist.tools.desk import Desk
from tutor.assist.tools.exercising import Exercising
from tutor.assist.tools.quizzing import Quizzing
from tutor.assist.tools.reading import Reading

Tool = Callable[..., Awaitable[str]]

QUICK = 30.0
SECONDS = {"run_demo": 600.0, "submit": 1_000.0, "try_text": 1_000.0}
"""How long a call may take; a grading's own limits are shorter."""


def tools_of(desk: Desk) -> list[Tool]:
    """All tools at a desk, in the order in which an assistant needs them."""
    reading, quizzing, exercising = Reading(desk), Quizzing(desk), Exercising(desk)
    return [
        reading.list_lessons,
        reading.read_step,
        reading.lesson_pack,
        reading.run_demo,
        reading.what_is_due,
        quizzing.ask_question,
        quizzing.answer_question,
        exercising.show_brief,
        exercising.read_learners_file,
        exercising.next_hint,
        exercising.submit,
        exercising.last_verdict,
        exercising.try_text,
        exercising.show_solution,
    ]


__all__ = ["QUICK", "SECONDS", "Desk", "Tool", "tools_of"]
