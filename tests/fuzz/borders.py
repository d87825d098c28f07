"""The five borders over which something comes in from outside, each with its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.fuzz import commands, content, frames, imports, quizzes
from tests.fuzz.ground import Case, Ground, Tally

BORDERS: dict[str, Callable[[Ground], Iterator[Case]]] = {
    "content": content.cases,
    "answers": quizzes.cases,
    "frames": frames.cases,
    "imports": imports.cases,
    "commands": commands.cases,
}


def survey(
    border: str, folder: Path, examples: int, seed: int, tell: Callable[[Tally], None] = lambda _: None
) -> list[Tally]:
    """Runs at least so many examples of a border, shared out by the weights of its cases."""
    tallies = []
    with Ground(folder) as ground:
        cases = list(BORDERS[border](ground))
        whole = sum(case.weight for case in cases)
        for case in cases:
            share = -int(-examples * case.weight // whole)
            tallies.append(ground.survey(case, share, seed))
            tell(tallies[-1])
    return tallies
