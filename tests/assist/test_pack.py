"""A lesson pack holds what a tutor needs, and nothing that the learner may not see."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.progress.world import verdict
from tutor.assist import LEVELS, lesson_pack, prompt_text
from tutor.assist.pack import BUDGET_TOKENS, CHARACTERS_A_TOKEN
from tutor.paths import ContentRoot

SECTIONS = (
    "## How to tutor",
    "## Why: ",
    "## Idea: ",
    "## Demo: ",
    "## What the demo printed",
    "## Try-it list",
    "## Quiz, without answers",
    "## The learner's last verdict",
    "## Prompt: beginner",
    "## Prompt: intermediate",
    "## Prompt: advanced",
)
TELLING = 25


def lines_of(*folders: Path) -> set[str]:
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".yaml"))
    return {line.strip() for path in files for line in path.read_text().splitlines()}


@cache
def secrets(root: ContentRoot) -> frozenset[str]:
    """Lines of the graders that are in no file that a learner can read."""
    public = "\n".join(lines_of(root.lessons, root.exercises))
    secret = {line for line in lines_of(root.graders) if len(line) >= TELLING and line not in public}
    assert secret
    return frozenset(secret)


def leaks(content, pack: str) -> list[str]:
    """What of the graders is in the pack."""
    return sorted(line for line in secrets(content.root) if line in pack)


@pytest.fixture(params=["content", "real_content"])
def any_content(request):
    return request.getfixturevalue(request.param)


def test_a_pack_has_its_parts_in_order(content, store):
    pack = lesson_pack(content, content.lesson("bits"), store)
    places = [pack.index(section) for section in SECTIONS]
    assert places == sorted(places)
    assert "A reason to care about bits that costs $5." in pack
    assert "Never write the solution" in pack
    assert "1. Quantize a matrix yourself" in pack


def test_a_pack_holds_no_line_of_a_grader(any_content, store):
    for exercise in any_content.exercises:
        store.record_attempt(verdict(exercise.id, message="Expected 1, came 2."), source=b"x")
    for lesson in any_content.lessons:
        assert leaks(any_content, lesson_pack(any_content, lesson, store)) == []


def test_the_leak_test_finds_a_leak(content):
    assert leaks(content, content.exercise("absmax-int8").reference.read_text())
    assert leaks(content, content.exercise("absmax-int8").checks_file.read_text())


def test_a_pack_holds_no_explanation_of_an_answer(any_content, store):
    asked = 0
    for lesson in any_content.lessons:
        pack = lesson_pack(any_content, lesson, store)
        for item in lesson.quiz.items if lesson.quiz else ():
            whys = [getattr(item, "why", ""), *(option.why for option in getattr(item, "options", ()))]
            for why in whys:
                asked += bool(why)
                assert not why or "{{" in why or why not in pack
    assert asked


def test_a_pack_stays_within_its_stated_budget(any_content, store):
    for lesson in any_content.lessons:
        pack = lesson_pack(any_content, lesson, store)
        assert len(pack) <= BUDGET_TOKENS * CHARACTERS_A_TOKEN
        assert f"At most {BUDGET_TOKENS:,} tokens" in pack


@pytest.mark.parametrize("budget", [700, 900, 1200, 2000])
def test_a_small_budget_cuts_the_least_needed_first_and_says_so(real_content, store, budget):
    lesson = real_content.lessons[0]
    pack = lesson_pack(real_content, lesson, store, budget=budget)
    assert len(pack) <= budget * CHARACTERS_A_TOKEN
    assert "## How to tutor" in pack
    assert "(cut here to keep the pack short)" in pack
    assert sum(line.startswith("```") for line in pack.splitlines()) % 2 == 0
    assert "## Demo: " not in pack


def test_the_real_output_of_the_last_demo_is_quoted_as_a_terminal_would_show_it(content, store):
    store.record_event("demo", "bits", {"device": "cpu", "output": "old"})
    printed = "10 %\r50 %\r100 %\n\x1b[1mlargest\x1b[0m error 0.5\n```\n\x1b]52;c;aGk=\x07end"
    store.record_event("demo", "bits", {"device": "cuda", "output": printed})
    store.record_event("demo", "bits", {"device": "cpu"})  # a run whose output was not kept
    pack = lesson_pack(content, content.lesson("bits"), store)
    assert (
        "On cuda, 2025-03-10, on the learner's machine:\n\n````\n100 %\nlargest error 0.5\n```\nend\n````"
        in pack
    )
    assert "\x1b" not in pack


def test_a_pack_says_what_has_not_happened_yet(content, store):
    pack = lesson_pack(content, content.lesson("bits"), store)
    assert "The learner has not run it yet." in pack
    assert "I have not submitted anything yet." in pack


def test_a_lesson_without_demo_quiz_and_exercises_has_a_pack_too(content, store):
    pack = lesson_pack(content, content.lesson("last"), store)
    assert "## Demo" not in pack
    assert "## Quiz" not in pack
    for level in LEVELS:
        assert prompt_text(content.lesson("last"), level, store).strip() in pack


def test_guesses_are_shown_and_the_replies_to_them_are_not(content, store):
    pack = lesson_pack(content, content.lesson("bits"), store)
    assert "What will it print?" in pack
    assert "Nearly, it is one." not in pack


def test_every_citation_of_a_real_lesson_is_resolved(real_content, store):
    cited = 0
    for lesson in real_content.lessons:
        pack = lesson_pack(real_content, lesson, store)
        told = "\n".join(step.markdown for step in lesson.info.steps)
        for id in re.findall(r"\[([a-z0-9]+(?:-[a-z0-9]+)+)\]", told):
            cited += 1
            assert f"- [{id}]: " in pack
    assert cited
