"""Every brief fits the screen that it is read on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor.course import LoadedExercise, load_content
from tutor.paths import content_root

EXERCISES = load_content(content_root()).exercises
WIDTH = 72  # what 80 columns leave between the margins and the bar at the side
LINES = 60


def code_lines(markdown: str) -> Iterator[str]:
    inside = False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
        elif inside:
            yield line


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_a_brief_has_at_most_sixty_lines(exercise: LoadedExercise) -> None:
    assert len(exercise.info.brief.rstrip().splitlines()) <= LINES


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_no_line_of_code_in_a_brief_wraps_at_80_columns(exercise: LoadedExercise) -> None:
    assert [line for line in code_lines(exercise.info.brief) if len(line) > WIDTH] == []
