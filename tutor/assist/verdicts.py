"""A verdict in words for an assistant: only what the learner was shown, and nothing they printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Attempt


def describe(attempt: Attempt | None, content: Content | None = None) -> str:
    """The public part of an attempt's verdict, as Markdown lines."""
    if attempt is None:
        return "I have not submitted anything yet."
    return describe_verdict(attempt.verdict_json, content)


def describe_verdict(verdict: Mapping[str, Any], content: Content | None = None) -> str:
    """The public part of a ``tutor.verdict/1`` document, as Markdown lines."""
    return "\n".join(_lines(verdict, content))


def _lines(verdict: Mapping[str, Any], content: Content | None) -> Iterator[str]:
    exercise = str(verdict["exercise"])
    yield f"{exercise}: {verdict['verdict']} on {verdict.get('device') or 'cpu'}."
    if message := verdict.get("message"):
        yield str(message).strip()
    for check in verdict.get("checks") or ():
        yield f"- {check.get('title') or check.get('id')}: {check.get('outcome')}"
        for measurement in check.get("measurements") or ():
            yield f"  - {_measured(measurement)}"
        told = " ".join(str(check.get("message") or "").split())
        if told and check.get("outcome") in ("failed", "error"):
            yield f"  - {told}"
        thought = _thought(exercise, check.get("misconception"), content)
        if thought and thought not in told:
            yield f"  - This looks like {thought}"


def _measured(measurement: Mapping[str, Any]) -> str:
    value, limit, unit = measurement.get("value"), measurement.get("limit"), measurement.get("unit") or ""
    if value is None:
        return f"{measurement.get('name')}: not measured"
    side = "at least" if measurement.get("better") == "higher" else "at most"
    allowed = "" if limit is None else f", allowed {side} {limit:.4g}"
    return f"{measurement.get('name')}: {value:.4g}{allowed} {unit}".rstrip()


def _thought(exercise: str, misconception: str | None, content: Content | None) -> str:
    if not misconception:
        return ""
    known = content.exercise(exercise).misconception(misconception) if content else None
    return known.thought if known else f"the misconception {misconception}."
