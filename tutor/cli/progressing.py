"""``tutor progress``: what is passed, seen, due and weak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Standing, Store


def progress_command(
    json: JsonOption = False,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw it as a picture too.", show_default=False)
    ] = None,
    content: ContentOption = None,
) -> int:
    """What is passed, seen, due and weak."""
    from tutor.progress import standing

    course = open_content(content)
    store = open_store(course)
    now = standing(course, store)
    document = progress_json(course, store, now)
    if svg is not None:
        from tutor.cli.progress_svg import progress_svg
        from tutor.progress.files import write_atomically

        write_atomically(svg, progress_svg(course, now).encode())
    if json:
        console.write_json(document)
    else:
        console.write("\n".join(_lines(course, document)))
        if svg is not None:
            console.write(f"Drawn in {svg.absolute()}")
    return 0


def progress_json(content: Content, store: Store, now: Standing) -> dict[str, Any]:
    """The ``tutor.progress/1`` document."""
    states, items = store.exercise_states(), store.item_states()
    exercises = []
    for exercise in content.exercises:
        state = states.get(exercise.id)
        exercises.append(
            {
                "id": exercise.id,
                "status": now.exercise(exercise.id),
                "attempts": state.attempts if state else 0,
                "first_pass": state.first_pass if state else None,
                "misconceptions": sorted(state.misconceptions) if state else [],
                "cpu_only": exercise.id in now.cpu_only,
            }
        )
    quiz = []
    for lesson in content.lessons:
        answered = [items[key] for item in lesson.items if (key := (lesson.id, item)) in items]
        if answered:
            quiz.append(
                {
                    "lesson": lesson.id,
                    "points": round(sum(one.points for one in answered), 2),
                    "of": round(sum(one.of for one in answered), 2),
                    "due": sum(one.lesson == lesson.id for one in now.due_items),
                }
            )
    return {"schema": "tutor.progress/1", "exercises": exercises, "quiz": quiz, "due": now.due}


def _lines(content: Content, document: dict[str, Any]) -> Iterator[str]:
    titles = {one.id: one.title for one in (*content.exercises, *content.lessons)}
    exercises = document["exercises"]
    done = sum(one["first_pass"] is not None for one in exercises)
    yield styled(f"{done} of {len(exercises)} exercises passed, {document['due']} quiz items due.", "bold")
    begun = [one for one in exercises if one["status"] != "new"]
    for one in begun:
        attempts = "1 attempt" if one["attempts"] == 1 else f"{one['attempts']} attempts"
        facts = [one["status"] + (" (cpu-only)" if one["cpu_only"] else ""), attempts]
        if one["first_pass"]:
            facts.append(f"first passed {one['first_pass'][:10]}")
        yield f"  {one['id']:<24} {', '.join(facts)}"
        if one["misconceptions"]:
            yield f"  {'':<24} met: {', '.join(clean(name) for name in one['misconceptions'])}"
    for one in document["quiz"]:
        due = f", {one['due']} due" if one["due"] else ""
        yield f"  quiz {one['lesson']:<19} {one['points']:g} of {one['of']:g} points{due}  {clean(titles[one['lesson']])}"
    if not begun and not document["quiz"]:
        yield "Nothing yet. 'tutor list' shows what is next."
