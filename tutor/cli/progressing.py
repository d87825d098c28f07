"""``tutor progress``: what is passed, seen, due and weak."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption, PngOption, SvgOption
from tutor.cli.pictures import check_png, write_pictures

if TYPE_CHECKING:
    from tutor.course import Content

BAR = 30
"""Cells of the longest bar."""


def progress_command(
    json: JsonOption = False,
    svg: SvgOption = None,
    png: PngOption = None,
    content: ContentOption = None,
) -> int:
    """What is passed, seen, due and weak."""
    from tutor.cli.progress_svg import progress_svg
    from tutor.progress import standing
    from tutor.progress.report import progress_document

    check_png(png)
    course = open_content(content)
    store = open_store(course)
    document = progress_document(course, store)
    drawn = list(write_pictures(lambda: progress_svg(course, standing(course, store)), svg, png))
    if json:
        console.write_json(document)
    else:
        console.write("\n".join([*_lines(course, document), *drawn]))
    return 0


def _lines(content: Content, document: dict[str, Any]) -> Iterator[str]:
    titles = {lesson.id: lesson.title for lesson in content.lessons}
    exercises = document["exercises"]
    done = sum(one["first_pass"] is not None for one in exercises)
    waiting = f" {document['waiting']} more wait for tomorrow." if document["waiting"] else ""
    due = f"{document['due']} quiz items due.{waiting}"
    yield styled(f"{done} of {len(exercises)} exercises passed, {due}", "bold")
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
    if any(day["asked"] for day in document["forecast"]):
        yield from _forecast_lines(document)


def _forecast_lines(document: dict[str, Any]) -> Iterator[str]:
    """One bar a day: what is asked, and what waits because a day asks no more than the cap."""
    days = document["forecast"]
    most = max(day["asked"] for day in days)
    yield ""
    yield styled(f"Questions to come, at most {document['daily_cap']} a day:", "bold")
    for number, day in enumerate(days):
        date = datetime.date.fromisoformat(day["date"])
        name = "today" if number == 0 else "tomorrow" if number == 1 else f"{date:%a} {date.day} {date:%b}"
        bar = "█" * math.ceil(BAR * day["asked"] / most)
        waits = f"  {day['waiting']} wait" if day["waiting"] else ""
        yield f"  {name:<11}{day['asked']:>4}  {styled(bar, 'cyan')}{waits}".rstrip()
