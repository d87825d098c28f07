"""``tutor glossary``: what each term of the field means, in two lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli import console
from tutor.cli.completion import complete_term
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content
from tutor.cli.options import ContentOption, JsonOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.course.models import Term

TermArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TERM",
        help="A term, another name of it, or its beginning; all terms without it.",
        autocompletion=complete_term,
        show_default=False,
    ),
]


def glossary_command(
    term: TermArgument = None, json: JsonOption = False, content: ContentOption = None
) -> int:
    """What a term of the field means, in two lines, and where the course teaches it."""
    from tutor.course.glossary import find_term

    course = open_content(content)
    if not course.glossary:
        message = "This course has no glossary."
        raise UsageProblem(message, next_step="'tutor search WORDS' looks through its lessons.")
    terms = [find_term(course.glossary, " ".join(term))] if term else course.glossary
    if json:
        console.write_json(glossary_json(terms))
    elif term:
        console.write("\n".join([*term_lines(terms[0]), *_taught(course, terms[0])]))
    else:
        lines = [line for one in terms for line in ("", *term_lines(one))]
        console.write("\n".join(lines[1:]))
    return 0


def glossary_json(terms: Sequence[Term]) -> dict[str, Any]:
    """The ``tutor.glossary/1`` document."""
    return {"schema": "tutor.glossary/1", "terms": [term_json(term) for term in terms]}


def term_json(term: Term) -> dict[str, Any]:
    """One term as both documents that hold terms show it."""
    return {
        "term": term.term,
        "also": list(term.also),
        "definition": term.definition,
        "lesson": term.lesson,
        "step": term.step,
    }


def term_lines(term: Term) -> Iterator[str]:
    """A term, its other names, and its definition below."""
    also = styled(clean(f"  also: {', '.join(term.also)}"), "dim") if term.also else ""
    yield styled(clean(term.term), "bold") + also
    yield wrapped(clean(term.definition).replace("`", ""), "  ", "  ")


def _taught(course: Content, term: Term) -> Iterator[str]:
    step = next(one for one in course.lesson(term.lesson).info.steps if one.id == term.step)
    yield ""
    yield styled(f"  tutor lesson {term.lesson}", "cyan") + f"    the step '{clean(step.title)}'"
