"""A quiz as a conversation, one question after another, in plain lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tutor.cli import console
from tutor.cli.answering import how, question_lines, read_answer
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.conversing import LEAVE, Left, next_line, nobody_answers
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.quiz import Item, Scored
    from tutor.quiz.sitting import Sitting

SKIP, HELP = ":s", "?"
WAYS_OUT = f"{SKIP} skips it, {LEAVE} leaves."
AGAIN = "Missed three times since you read its step: the step is open again, to be read once more."


class _Skipped(Exception):
    """The learner passes on this question."""


def ask(sitting: Sitting, content: Content, store: Store) -> None:
    """Ask each open question, explain each answer, and keep it at once; what is left open can be taken up again.

    Raises UsageProblem when nobody can answer.
    """
    count, before, open_before = len(sitting.items), len(sitting.points), len(sitting.open)
    console.write(styled(f"{count} questions. {SKIP} skips one, {LEAVE} leaves, {HELP} helps.", "dim"))
    if before:
        console.write(
            styled(f"{before} of them {'is' if before == 1 else 'are'} answered; --new begins anew.", "dim")
        )
    passed_on: set[str] = set()
    try:
        while sitting.open and sitting.key not in passed_on:
            console.write("\n" + styled(f"{sitting.position + 1} of {count}", "bold"))
            console.write("\n".join(question_lines(sitting.item)))
            try:
                _ask_one(sitting, content, store)
            except _Skipped:
                if sitting.placement:
                    sitting.skip()
                else:
                    passed_on.add(sitting.key)
            if not sitting.to_next_open():
                break
    except Left:
        if len(sitting.open) == open_before and not sys.stdin.isatty():
            step = "Use --json for the questions and --answers FILE for the answers."
            raise nobody_answers("tutor quiz", step) from None
    except KeyboardInterrupt:
        sitting.keep(store)
        console.write(total_text(*sitting.total, len(sitting.open)))
        raise
    if sitting.complete:
        sitting.close(store)
    else:
        sitting.keep(store)
    console.write("\n" + total_text(*sitting.total, len(sitting.open)))


def _ask_one(sitting: Sitting, content: Content, store: Store) -> None:
    """One question: the answer is remembered, then explained."""
    from tutor.progress import standing
    from tutor.quiz.remembering import remember

    one = _asked(sitting.key, sitting.item)
    remember(store, sitting.seed, one.item, one.answer, one.result)
    sitting.answered(one.result)
    sitting.keep(store)
    console.write(result_text(one))
    step = one.item.step
    if not one.result.points and step in standing(content, store).reread.get(one.item.lesson, ()):
        console.write(wrapped(f"{AGAIN} 'tutor lesson {one.item.lesson}' shows it.", "  ", "  "))


def _asked(key: str, item: Item) -> Scored:
    """One question until it has an answer of the right shape."""
    from tutor.quiz import Scored, score_typed

    while True:
        try:
            answer = read_answer(item, lambda prompt: _line(item, prompt))
            return Scored(key, item, answer, score_typed(item, answer))
        except UsageProblem as problem:
            console.write(wrapped(clean(f"{problem.message} {problem.next_step} {WAYS_OUT}")))


def _line(item: Item, prompt: str) -> str:
    while True:
        line = next_line(prompt)
        if line.strip() == SKIP:
            raise _Skipped
        if line.strip() != HELP:
            return line
        console.write(wrapped(f"Answer with {how(item)}. {WAYS_OUT}"))


def result_text(scored: Scored) -> str:
    """Right or not, the points, and the explanation."""
    result = scored.result
    sign = styled("✓ Right", "green") if result.correct else styled("✗ Not right", "red")
    if not result.correct and result.points > 0:
        sign = styled("✗ Partly right", "yellow")
    title = f"{sign}  {scored.key}  {result.points:g} of {result.of}"
    return f"{title}\n{wrapped(clean(result.explanation), '  ', '  ')}"


def total_text(points: float, of: float, left: int = 0) -> str:
    """Points of points, and how many questions are still open."""
    more = f" {left} left; the same command goes on." if left else ""
    missed = " What was missed comes due again." if points < of else ""
    return styled(f"{points:g} of {of:g} points.", "bold") + more + missed
