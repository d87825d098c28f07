"""Progress as data (``tutor progress --json``), and the text of a bug report."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

import tutor
from tutor.progress.records import Attempt
from tutor.progress.standing import forecast, standing

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress.store import Store

# A line of the learner's this long is told apart from a word of ours.
_TELLING = 8
_PACKAGES = ("torch", "numpy", "pytest", "textual", "transformers", "bitsandbytes")


def progress_document(content: Content, store: Store, now: datetime | None = None) -> dict[str, Any]:
    """The ``tutor.progress/1`` document.

    ``first_pass`` is a UTC time or null; ``misconceptions`` are ids, the most frequent first; the
    points of a quiz are those of the last answer to each item that was answered. ``due`` counts what
    is asked today, ``waiting`` what is due and left for tomorrow; ``forecast`` is today and the days
    after it: how many quiz items come due, how many are asked, how many are left for the next.
    """
    stand = standing(content, store, now)
    states, items = store.exercise_states(), store.item_states()
    exercises = []
    for exercise in content.exercises:
        state = states.get(exercise.id)
        exercises.append(
            {
                "id": exercise.id,
                "status": stand.exercise(exercise.id),
                "attempts": state.attempts if state else 0,
                "first_pass": state.first_pass if state else None,
                "misconceptions": ranked(state.misconceptions) if state else [],
                "last_verdict": state.last_verdict if state else None,
                "hints": state.hints if state else 0,
                "cpu_only": exercise.id in stand.cpu_only,
            }
        )
    quiz = []
    for lesson in content.lessons:
        answered = [items[key] for item in lesson.items if (key := (lesson.id, item)) in items]
        if answered:
            points, of = (_tidy(sum(getattr(one, name) for one in answered)) for name in ("points", "of"))
            due = sum(one.lesson == lesson.id for one in stand.due_items)
            quiz.append({"lesson": lesson.id, "points": points, "of": of, "due": due})
    return {
        "schema": "tutor.progress/1",
        "exercises": exercises,
        "quiz": quiz,
        "due": stand.due,
        "waiting": stand.waiting,
        "daily_cap": store.daily_cap,
        "forecast": [
            {"date": day.date.isoformat(), "due": day.due, "asked": len(day.share), "waiting": day.waiting}
            for day in forecast(content, store, now)
        ],
    }


def bug_report(
    store: Store,
    exercise: LoadedExercise | None = None,
    *,
    doctor: Mapping[str, Any] | None = None,
    with_code: bool = False,
) -> str:
    """A report to paste into an issue, in Markdown: versions, the last verdict, the doctor's findings.

    ``doctor`` is a ``tutor.doctor/1`` document. Without ``with_code`` no line of the learner's
    file, nothing that it printed, and no path is in it.
    """
    parts = [
        "# Report of a problem with the tutor",
        "",
        "What I did, what I expected, what came:",
        "",
        "(write here)",
        "",
    ]
    parts += ["## Versions", "", *(f"- {name}: {version}" for name, version in versions().items())]
    parts += [f"- course: {store.course} {store.content_version}".rstrip()]
    if exercise is not None:
        parts += ["", f"## Exercise {exercise.id}, version {exercise.version}", ""]
        attempt = store.last_attempt(exercise.id)
        parts += _verdict_lines(attempt, with_code) if attempt else ["No attempt yet."]
    if doctor is not None:
        parts += ["", "## Doctor", ""]
        parts += [
            f"- {one['id']}: {one['state']}. {one['detail']}".rstrip() for one in doctor.get("findings", ())
        ]
        parts += [f"- device: {one['id']}, {one['name']}" for one in doctor.get("devices", ())]
    return "\n".join(parts) + "\n"


def versions() -> dict[str, str]:
    """The versions that a verdict can depend on, without importing any of the packages."""
    found = {"tutor": tutor.__version__, "Python": platform.python_version(), "system": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _verdict_lines(attempt: Attempt, with_code: bool) -> list[str]:
    verdict = attempt.verdict_json
    lines = [
        f"- verdict: {attempt.verdict} on {attempt.device}, {attempt.at:%Y-%m-%d %H:%M} UTC",
        f"- grader {attempt.grader_hash[:12] or 'unknown'}, content {attempt.content_version or 'unknown'}, "
        f"tutor {attempt.engine_version}",
        f"- file: sha256 {attempt.sha256}, {len(attempt.source)} bytes",
    ]
    if verdict.get("message"):
        lines.append(f"- message: {verdict['message']}")
    for check in verdict.get("checks") or ():
        lines.append(f"- check {check.get('id')}: {check.get('outcome')}")
        lines += [f"  - {_measured(one)}" for one in check.get("measurements") or ()]
        if check.get("message"):
            lines.append(f"  - {check['message']}")
    for name, state in (verdict.get("protections") or {}).items():
        lines.append(f"- protection {name}: {state}")
    source = attempt.source.decode(errors="replace")
    if with_code:
        return [
            *lines,
            "",
            "```python",
            source.rstrip(),
            "```",
            "",
            "Printed:",
            "",
            "```",
            verdict.get("stdout") or "",
            "```",
        ]
    return _without_code("\n".join(lines), source).splitlines()


def _measured(measurement: Mapping[str, Any]) -> str:
    unit = f" {measurement['unit']}" if measurement.get("unit") else ""
    return f"{measurement.get('name')}: {measurement.get('value')}, limit {measurement.get('limit')}{unit}"


def _without_code(text: str, source: str) -> str:
    """``text`` without any line of ``source``: an error message may quote the line it points at."""
    own = {line.strip() for line in source.splitlines()}
    for line in sorted((line for line in own if len(line) >= _TELLING), key=len, reverse=True):
        text = text.replace(line, "[a line of the file]")
    return text


def ranked(counts: Mapping[str, int]) -> list[str]:
    """The names, the most frequent first."""
    return sorted(counts, key=lambda name: (-counts[name], name))


def _tidy(points: float) -> float:
    points = round(points, 2)
    return int(points) if points == int(points) else points
