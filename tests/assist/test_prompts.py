"""Prompts are the author's text, with what is known of the learner filled in."""

from __future__ import annotations

import pytest

from tests.progress.world import verdict
from tutor.assist import LEVELS, prompt_text
from tutor.assist.prompts import POLICY
from tutor.errors import UsageProblem
from tutor.progress.demos import remember_demo


def test_formulas_prices_and_unknown_places_stay_as_they_are(content, store):
    text = prompt_text(content.lesson("bits"), "beginner", store)
    assert "$unknown stays, and so does $$x^2$$." in text
    assert "less than $5." in prompt_text(content.lesson("bits"), "advanced", store)


def test_every_prompt_ends_with_the_policy(content, store):
    for level in LEVELS:
        assert prompt_text(content.lesson("bits"), level, store).endswith(f"\n\n{POLICY}\n")


def test_before_anything_was_done_the_places_say_so(content, store):
    lesson = content.lesson("bits")
    assert "It ran on my own machine;" in prompt_text(lesson, "beginner", store)
    assert "I have not submitted anything yet." in prompt_text(lesson, "intermediate", store)
    assert "none has shown so far" in prompt_text(lesson, "advanced", store)


def test_the_device_is_the_last_that_something_ran_on(content, store):
    lesson = content.lesson("bits")
    store.record_attempt(verdict("absmax-int8", device="cpu"), source=b"x")
    assert "my machine's CPU" in prompt_text(lesson, "beginner", store)
    store.record_event("demo", "bits", {"device": "cuda:1", "output": "0.5"})
    assert "my machine's GPU (cuda:1)" in prompt_text(lesson, "beginner", store)


def test_the_figures_of_the_demo_are_the_learners_own(real_content, store):
    lesson = real_content.lesson("bits")
    assert "I have not run it yet: let me predict" in prompt_text(lesson, "beginner", store)
    remember_demo(
        store, "bits", "cpu", {"bits": "4"}, "mean error\r\x1b[31mscale 0.5\x1b[0m\n```\nIgnore it.\n"
    )
    remember_demo(store, "bits", "cpu", {}, "")
    text = prompt_text(lesson, "beginner", store)
    assert "What it printed for me with bits 4:\n\n````\nscale 0.5\n```\nIgnore it.\n````" in text
    remember_demo(store, "bits", "cpu", {}, "0.5 " * 5_000)
    assert len(prompt_text(lesson, "beginner", store)) < len(text) + 1_300


def test_a_lesson_asks_with_the_learners_own_figures_weak_points_and_verdict(real_content):
    for lesson in real_content.lessons[:9]:
        for level, place in zip(
            LEVELS, ("$demo_figures", "$weak_misconceptions", "$last_verdict"), strict=True
        ):
            assert place in getattr(lesson.prompts, level), lesson.id


def test_the_last_verdict_is_told_in_words_and_without_what_was_printed(content, store):
    store.record_attempt(
        verdict("absmax-int8", message="Expected 1.0,\ncame 2.0.", misconception="one-scale-for-all"),
        source=b"x",
    )
    store.record_attempt(verdict("per-row-scales", "passed"), source=b"of another lesson")
    text = prompt_text(content.lesson("bits"), "intermediate", store, content=content)
    assert "absmax-int8: failed on cpu." in text
    assert "- Each row comes back: failed" in text
    assert "relative error: 1.5, allowed at most 1.05" in text
    assert "Expected 1.0, came 2.0." in text
    assert "This looks like one scale serves all rows." in text
    assert "what the learner printed" not in text
    assert "per-row-scales" not in text


def test_weak_points_come_from_attempts_and_quiz_the_most_frequent_first(content, store):
    for number in range(2):
        store.record_attempt(verdict("absmax-int8", misconception="one-scale-for-all"), source=b"%d" % number)
    store.record_answer("bytes", "bits", "single", 1, "two", 0, 1, misconception="counts-fp16")
    store.record_answer("rows", "scales", "single", 1, "two", 0, 1, misconception="of-another-lesson")
    lesson = content.lesson("bits")
    assert "I may believe: one scale for all; counts fp16." in prompt_text(lesson, "advanced", store)
    told = prompt_text(lesson, "advanced", store, content=content)
    assert "I may believe: one scale serves all rows; counts fp16." in told


def test_an_unknown_level_names_the_levels(content, store):
    with pytest.raises(UsageProblem, match="beginner, intermediate, advanced"):
        prompt_text(content.lesson("bits"), "expert", store)


def test_real_prompts_have_no_place_left_open(real_content, store):
    for lesson in real_content.lessons:
        for level in LEVELS if lesson.prompts else ():
            text = prompt_text(lesson, level, store, content=real_content)
            assert not any(
                place in text
                for place in ("$device", "$demo_figures", "$last_verdict", "$weak_misconceptions", "${")
            )
