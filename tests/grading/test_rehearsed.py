"""A spare of large inputs rehearses while it waits; nobody notices but the clock."""

from __future__ import annotations

from pathlib import Path

from tests.grading.test_kept import exercise_with
from tutor.grading import Grader, Verdict, from_bytes
from tutor.paths import ContentRoot

CHECKS = '''
"""Hidden checks of halve."""

import pytest

called = []


def test_large(solution, draw, expect):
    """A large matrix is halved"""
    x = draw.normal(600, 600)
    expect(bool((solution.double(solution.halve(x)) == x).all()), expected="the same", came="another")


def test_rehearsed(request, expect):
    """Whether pytest ran a check of nothing before"""
    known = [getattr(plugin, "_rehearsal", None) for plugin in request.config.pluginmanager.get_plugins()]
    expect(any(known), expected="a rehearsal", came="none")


def test_called(expect):
    """How often each check had something set up"""
    expect(len(called) in (0, 3), expected="once a check", came=str(len(called)))
'''
SETS_UP = """

@pytest.fixture(autouse=True)
def set_up(solution):
    called.append(solution.halve(1.0))
"""
SOLUTION = b"""
print("loaded")

def halve(x):
    return x / 2

def double(x):
    return x * 2
"""


async def two_gradings(folder: Path, checks: str) -> list[Verdict]:
    exercise = exercise_with(checks, folder)
    async with Grader(ContentRoot(folder / "course"), keep_warm=True) as grader:
        first = await grader.grade(exercise, from_bytes(SOLUTION), device="cpu", seed=1)
        await grader.warm_up(exercise, device="cpu")
        return [first, await grader.grade(exercise, from_bytes(SOLUTION), device="cpu", seed=1)]


def failed(verdict: Verdict) -> list[str]:
    return [check.id for check in verdict.checks if check.outcome != "passed"]


async def test_a_spare_has_rehearsed_and_says_nothing_of_it(tmp_path: Path) -> None:
    first, second = await two_gradings(tmp_path, CHECKS)

    assert [failed(first), failed(second)] == [["rehearsed"], []]
    assert [check.id for check in second.checks] == ["large", "rehearsed", "called"]
    assert second.stdout == first.stdout == "loaded\n"


async def test_checks_that_set_something_up_for_each_of_them_are_not_rehearsed(tmp_path: Path) -> None:
    for verdict in await two_gradings(tmp_path, CHECKS + SETS_UP):
        assert failed(verdict) == ["rehearsed"]
