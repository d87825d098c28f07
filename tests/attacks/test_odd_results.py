"""Every exercise of the course answers odd results with a verdict: no check breaks on what a learner returns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.ground import REPOSITORY
from tutor.course import load_content
from tutor.grading import Grader, from_bytes
from tutor.grading.language_models import stand_in
from tutor.paths import ContentRoot

CONTENT = load_content(ContentRoot(REPOSITORY))
ODD_RESULTS = Path(__file__).with_name("odd_results.txt").read_text()


@pytest.fixture(scope="module")
def grader() -> Iterator[tuple[asyncio.Runner, Grader]]:
    runner, grader = asyncio.Runner(), Grader(CONTENT.root, find_model=stand_in)
    yield runner, grader
    runner.run(grader.close())
    runner.close()


@pytest.mark.parametrize("first", [0, 17, 34])
@pytest.mark.parametrize("exercise", CONTENT.exercises, ids=lambda exercise: exercise.id)
def test_odd_results_get_a_verdict_that_is_no_pass(grader, exercise, first):
    runner, judge = grader
    source = exercise.reference.read_text() + ODD_RESULTS.replace("FIRST", str(first))

    verdict = runner.run(judge.grade(exercise, from_bytes(source.encode(), Path("odd.py"))))

    assert verdict.verdict in ("failed", "error", "timeout", "resource_limit")
    assert any(check.message for check in verdict.checks)
