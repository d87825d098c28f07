"""A quiz as a conversation, one question after another, in plain lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.cli import console
from tutor.cli.answering import HOW, question_lines, read_answer
from tutor.cli.console import clean, styled, wrapped
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.progress import Store
    from tutor.quiz import Item, Paper, Scored

LEAVE, SKIP, HELP = ":q", ":s", "?"


class _Left(Exception):
    """The learner wants to stop here."""


class _Skipped(Exception):
    """The learner passes on this question."""


def ask(paper: Paper, store: Store) -> list[Scored]:
    """Ask each question, explain each answer, and record it at once; leaving early loses none."""
    from tutor.cli.papers import remember

    items = paper.keys
    console.write(styled(f"{len(items)} questions. {SKIP} skips one, {LEAVE} leaves, {HELP} helps.", "dim"))
    scored: list[Scored] = []
    try:
        for number, (key, item) in enumerate(items.items(), 1):
            console.write("\n" + styled(f"{number} of {len(items)}", "bold"))
            console.write("\n".join(question_lines(item)))
            try:
                one = _asked(key, item)
            except _Skipped:
                continue
            remember(store, paper.seed, one)
            scored.append(one)
            console.write(result_text(one))
    except _Left:
        if not scored and not sys.stdin.isatty():
            raise UsageProblem(
                "Nobody answers: the input is no terminal and ended.",
                where="tutor quiz",
                next_step="Use --json for the questions and --answers FILE for the answers.",
            ) from None
    console.write("\n" + total_text(scored))
    return scored


def _asked(key: str, item: Item) -> Scored:
    """One question until it has an answer of the right shape."""
    from tutor.quiz import Scored, score

    while True:
        try:
            answer = read_answer(item, lambda: _line(item))
            return Scored(key, item, answer, score(item, answer))
        except UsageProblem as problem:
            console.write(clean(f"{problem.message} {problem.next_step}"))


def _line(item: Item) -> str:
    while True:
        try:
            line = input("> ")
        except EOFError:
            raise _Left from None
        if line.strip() == LEAVE:
            raise _Left
        if line.strip() == SKIP:
            raise _Skipped
        if line.strip() != HELP:
            return line
        console.write(f"Answer with {HOW[item.kind]}.")


def result_text(scored: Scored) -> str:
    """Right or not, the points, and the explanation."""
    result = scored.result
    sign = styled("✓ Right", "green") if result.correct else styled("✗ Not right", "red")
    if not result.correct and result.points > 0:
        sign = styled("✗ Partly right", "yellow")
    title = f"{sign}  {scored.key}  {result.points:g} of {result.of}"
    return f"{title}\n{wrapped(clean(result.explanation), '  ', '  ')}"


def total_text(scored: Sequence[Scored]) -> str:
    """Points of points."""
    points, of = sum(one.result.points for one in scored), sum(one.result.of for one in scored)
    return styled(f"{points:g} of {of} points.", "bold") + (
        " What was missed comes due again." if points < of else ""
    )
