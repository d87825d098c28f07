"""The verdict that a learner reads."""

from __future__ import annotations

from typing import Any

from tutor.cli.verdict_text import verdict_text


def check(**changes: Any) -> dict[str, Any]:
    measurement = {"name": "relative error", "value": 1.2, "limit": 1.05, "unit": "", "better": "lower"}
    return {
        "id": "round_trip",
        "title": "Each row comes back",
        "outcome": "failed",
        "required": True,
        "hidden": True,
        "measurements": [measurement],
        "message": "Expected at most 1.05. Came: 1.2. This looks like one scale for all rows.",
        "misconception": "one-scale-for-all",
        "hint": "Look along dimension 1.",
        **changes,
    }


def verdict(*checks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "schema": "tutor.verdict/1",
        "exercise": "per-row-scales",
        "verdict": "failed",
        "device": "cpu",
        "solution": {"path": "per_row_scales.py", "sha256": "0" * 64},
        "seconds": 2.0,
        "checks": list(checks),
        "usage": {
            "payload_bytes": 16448,
            "peak_host_bytes": None,
            "peak_device_bytes": None,
            "cpu_seconds": 0.5,
        },
        "protections": {"landlock": "active", "namespaces": "unavailable: refused here"},
        "stdout": "",
        "message": "1 of 1 required checks did not pass.",
        "next": "",
        **changes,
    }


def test_a_failure_shows_title_bar_message_and_hint_in_this_order() -> None:
    text = verdict_text(verdict(check()))
    places = [
        text.index(part) for part in ("✗ Each row", "relative error", "Expected", "looks like", "Hint: Look")
    ]
    assert places == sorted(places)
    assert "1.2, at most 1.05" in text
    assert "1.14×" in text


def test_device_protections_and_usage_are_told() -> None:
    text = verdict_text(verdict(check()))
    assert "on cpu" in text
    assert "1 of 2 active; not namespaces (refused here)" in text
    assert "payload 16.4 kB" in text
    assert "peak memory" not in text


def test_the_next_step_is_said_once() -> None:
    step = "Open the file."
    text = verdict_text(verdict(check(outcome="error", measurements=[], hint=step), next=step))
    assert text.count(step) == 1
    assert f"Next: {step}" in text


def test_a_passed_check_carries_no_message() -> None:
    text = verdict_text(verdict(check(outcome="passed", message="", hint=""), verdict="passed"))
    assert text.startswith("Passed")
    assert "✓ Each row" in text
    assert "Hint" not in text


def test_hostile_prints_and_titles_reach_no_terminal() -> None:
    evil = "\x1b]52;c;aGk=\x07\x1b[2J"
    text = verdict_text(
        verdict(check(title=evil, message=evil, hint=evil), stdout=evil + "hello", device=evil)
    )
    assert "\x1b" not in text
    assert "hello" in text


def test_what_is_skipped_or_optional_is_marked() -> None:
    text = verdict_text(
        verdict(check(outcome="skipped", measurements=[], message="needs CUDA", required=False))
    )
    assert "(skipped) (not required)" in text
    assert "needs CUDA" in text


def test_much_that_was_printed_is_shown_from_both_ends_so_that_the_checks_stay_in_sight() -> None:
    text = verdict_text(verdict(check(), stdout="\n".join(f"line {n}" for n in range(1000))))
    assert "line 0\n" in text
    assert "line 999\n" in text
    assert "984 lines are left out here; --json holds them" in text
    assert len(text.splitlines()) < 40
    short = verdict_text(verdict(check(), stdout="\n".join(f"line {n}" for n in range(17))))
    assert all(f"line {n}" in short for n in range(17)), "one line is not worth a word about it"
