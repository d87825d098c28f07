"""The course map: as the ``tutor.course/1`` document, and as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.amounts import counted
from tutor.cli.console import clean, styled

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Standing

_SIGNS = {
    "new": ("·", "dim"), "started": ("▸", "yellow"), "done": ("✓", "green"), "passed": ("✓", "green"),
    "due": ("○", "yellow"), "seen": ("○", "yellow"), "tested-out": ("✓", "green"),
    "reread": ("○", "yellow"),
}  # fmt: skip
_COMMANDS = {
    "lesson": "tutor lesson {}",
    "exercise": "tutor start {}",
    "quiz": "tutor quiz {}",
    "review": "tutor quiz --due",
}


def course_json(content: Content, standing: Standing) -> dict[str, Any]:
    """The ``tutor.course/1`` document."""
    modules = [
        {
            "id": module.id,
            "title": module.title,
            "lessons": [
                {
                    "id": lesson.id,
                    "title": lesson.title,
                    "status": standing.lesson(lesson.id),
                    "exercises": [e.id for e in content.exercises_of(lesson.id)],
                    "quiz_items": len(lesson.items),
                }
                for lesson in lessons
            ],
        }
        for module, lessons in content.modules()
    ]
    exercises = [
        {
            "id": e.id,
            "title": e.title,
            "lesson": e.lesson,
            "status": standing.exercise(e.id),
            "requires": list(e.requires),
            "cpu_only": e.id in standing.cpu_only,
            "newer": e.id in standing.newer,
        }
        for e in content.exercises
    ]
    step = standing.next
    again = {"step": step.step} if step.step in standing.reread.get(step.id, ()) else {}
    return {
        "schema": "tutor.course/1",
        "modules": modules,
        "exercises": exercises,
        "tested_out": [lesson.id for lesson in content.lessons if lesson.id in standing.tested_out],
        "reread": {lesson: list(steps) for lesson, steps in standing.reread.items()},
        "next": {"kind": step.kind, "id": step.id, "why": step.why, **again},
    }


def map_text(content: Content, standing: Standing) -> str:
    """Modules, lessons and exercises with their status, and the next step."""
    lines = [*_map_lines(content, standing), "", next_text(standing)]
    if standing.due and standing.next.kind != "review":
        lines.append(f"Due for review: {counted(standing.due, 'question')}. 'tutor quiz --due' asks them.")
    if standing.newer:
        lines.append(
            styled(
                "A newer version: 'tutor diff ID --stub' shows what changed, 'tutor submit ID' grades again.",
                "dim",
            )
        )
    if standing.beginner:
        lines.append(styled("You know some of it? 'tutor quiz --placement' finds where to begin.", "dim"))
    return "\n".join(lines)


def _map_lines(content: Content, standing: Standing) -> Iterator[str]:
    yield styled(clean(content.title), "bold")
    for module, lessons in content.modules():
        yield ""
        yield styled(clean(module.title), "bold")
        for lesson in lessons:
            steps = standing.reread.get(lesson.id, ())
            again = f" ({clean(', '.join(steps))})" if steps else ""
            yield _row(2, lesson.id, lesson.title, standing.shown(lesson.id), again)
            for exercise in content.exercises_of(lesson.id):
                note = " (cpu-only)" if exercise.id in standing.cpu_only else ""
                note += ", newer version" if exercise.id in standing.newer else ""
                yield _row(6, exercise.id, exercise.title, standing.exercise(exercise.id), note)


def _row(indent: int, id: str, title: str, status: str, note: str = "") -> str:
    sign, style = _SIGNS.get(status, ("?", "red"))
    name = clean(id).ljust(30 - indent)
    return f"{' ' * indent}{styled(sign, style)} {name} {clean(title)}{styled(f'  {status}{note}', 'dim')}"


def next_text(standing: Standing) -> str:
    """``Next: per-row-scales, …``, and in the line below it the command that begins it."""
    step = standing.next
    command = next_command(step.kind, step.id)
    text = f"Next: {clean(step.why)}" if step.why else f"Next: {clean(step.id)}"
    return styled(text, "bold") + (f"\n  {command}" if command else "")


def next_command(kind: str, id: str) -> str | None:
    """The command line that does a next step. None when all is done."""
    command = _COMMANDS.get(kind)
    return command.format(id) if command else None
