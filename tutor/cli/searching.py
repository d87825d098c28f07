"""``tutor search``: where the course speaks of something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.explaining import term_json
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, JsonOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.course.search import Hit

SHOWN = 8  # of a kind, unless all are asked for

WordsArgument = Annotated[
    list[str],
    typer.Argument(metavar="WORD", help="What to look for; all words must occur.", show_default=False),
]


def search_command(
    words: WordsArgument,
    every: Annotated[
        bool, typer.Option("--all", help=f"All that was found, not only the best {SHOWN}.")
    ] = False,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Search the text of the lessons, the glossary and the exercises."""
    from tutor.course.search import search

    asked = " ".join(words)
    if not any(character.isalnum() for character in asked):
        raise UsageProblem(
            "There is no word to look for.", next_step="Name one, such as: tutor search perplexity"
        )
    course = open_content(content)
    hits = search(course, asked)
    if json:
        console.write_json(search_json(course, asked, hits))
    else:
        console.write("\n".join(found_lines(course, asked, hits, len(hits) if every else SHOWN)))
    return 0


def search_json(course: Content, words: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The ``tutor.search/1`` document. In each list the best comes first."""
    terms = {term.term: term for term in course.glossary}
    return {
        "schema": "tutor.search/1",
        "words": words,
        "steps": [
            {"lesson": hit.lesson, "step": hit.id, "title": hit.title, "snippet": hit.snippet}
            for hit in hits
            if hit.kind == "step"
        ],
        "terms": [term_json(terms[hit.id]) for hit in hits if hit.kind == "term"],
        "exercises": [
            {"id": hit.id, "lesson": hit.lesson, "title": hit.title, "snippet": hit.snippet}
            for hit in hits
            if hit.kind == "exercise"
        ],
        "lessons": [
            {"id": hit.id, "title": hit.title, "snippet": hit.snippet} for hit in hits if hit.kind == "lesson"
        ],
    }


def found_lines(course: Content, words: str, hits: Sequence[Hit], most: int) -> Iterator[str]:
    """What was found, kind by kind, each with where it is opened."""
    from tutor.course.search import why_nothing

    if not hits:
        yield wrapped(f"No lesson, term or exercise has it. {clean(why_nothing(course, words))}")
        return
    kinds = (
        ("term", "Terms"),
        ("lesson", "Lessons"),
        ("step", "Steps of lessons"),
        ("exercise", "Exercises"),
    )
    gap = False
    for kind, heading in kinds:
        found = [hit for hit in hits if hit.kind == kind]
        if not found:
            continue
        if gap:
            yield ""
        gap = True
        yield styled(heading, "bold")
        for hit in found[:most]:
            yield f"  {_marked(hit.title, words)}    {styled(_command(hit), 'cyan')}"
            yield _marked(wrapped(clean(hit.snippet), "      ", "      "), words)
        if len(found) > most:
            yield styled(f"  and {len(found) - most} more: --all", "dim")


def _command(hit: Hit) -> str:
    if hit.kind == "term":
        return f"tutor glossary {clean(hit.id)}"
    if hit.kind == "exercise":
        return f"tutor start {hit.id}"
    return f"tutor lesson {hit.lesson}"


def _marked(text: str, words: str) -> str:
    """``text`` with each of the words in colour."""
    from tutor.course.search import marked

    return "".join(styled(part, "yellow") if found else part for part, found in marked(clean(text), words))
