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


def progress_command(
    json: JsonOption = False,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="Draw it as a picture too.", show_default=False),
    ] = None,
    content: ContentOption = None,
) -> int:
    """What is passed, seen, due and weak."""
    from tutor.progress import standing
    from tutor.progress.report import progress_document

    course = open_content(content)
    store = open_store(course)
    document = progress_document(course, store)
    if svg is not None:
        from tutor.cli.progress_svg import progress_svg
        from tutor.progress.files import write_atomically

        write_atomically(svg, progress_svg(course, standing(course, store)).encode())
    if json:
        console.write_json(document)
    else:
        console.write("\n".join(_lines(course, document)))
        if svg is not None:
            console.write(f"Drawn in {svg.absolute()}")
    return 0


def _lines(content: Content, document: dict[str, Any]) -> Iterator[str]:
    titles = {lesson.id: lesson.title for lesson in content.lessons}
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
        points = f"{one['points']:g} of {one['of']:g} points{due}"
        yield f"  quiz {one['lesson']:<19} {points}  {clean(titles[one['lesson']])}"
    if not begun and not document["quiz"]:
        yield "Nothing yet. 'tutor list' shows what is next."
