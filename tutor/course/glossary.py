"""The glossary: ``lessons/glossary.yaml``, read when it is first asked for, and how a term is found in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.course.names import did_you_mean, nearest, printable
from tutor.errors import ContentProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.course.content import Content
    from tutor.course.documents import Document
    from tutor.course.models import Glossary, Term

_BETWEEN_WORDS = re.compile(r"\W+")


def name_key(name: str) -> str:
    """What names that are the same to a reader share: ``Per-row``, ``per row``; ``LLM.int8()``, ``llm int8``."""
    return _BETWEEN_WORDS.sub(" ", name.casefold()).strip()


def read_glossary(content: Content) -> tuple[Term, ...]:
    """The terms of a course by the alphabet; none where it has no glossary.

    Raises:
        ContentProblem: the first problem of the file, with its place.
    """
    file = content.root.lessons / "glossary.yaml"
    if not os.path.lexists(file):
        return ()
    from tutor.course.models import Glossary
    from tutor.course.validation import inspect_file

    reading = inspect_file(file, Glossary)
    problems = reading.problems
    if reading.model is not None and reading.document is not None:
        problems = tuple(unknown_steps(reading.model, reading.document, content))
    if problems or reading.model is None:
        raise problems[0]
    terms = reading.model.terms
    if content.language:
        from tutor.course.translations import read_in

        terms = read_in(file.parent, file.name, Glossary, content.language).terms
    return tuple(sorted(terms, key=lambda term: name_key(term.term)))


def unknown_steps(glossary: Glossary, document: Document, content: Content) -> Iterator[ContentProblem]:
    """Each term that is taught in a lesson or a step which the course does not have."""
    steps = {lesson.id: lesson.steps for lesson in content.lessons}
    for number, term in enumerate(glossary.terms):
        if term.lesson not in steps:
            message = f"There is no lesson '{term.lesson}'."
            advice = did_you_mean(term.lesson, list(steps), otherwise="The lessons are")
        elif term.step not in steps[term.lesson]:
            message = f"The lesson '{term.lesson}' has no step '{term.step}'."
            advice = did_you_mean(term.step, steps[term.lesson], otherwise="Its steps are")
        else:
            continue
        yield document.problem(("terms", number, "taught"), message, code="unknown-id", next_step=advice)


def matching(terms: Sequence[Term], typed: str) -> tuple[Term, ...]:
    """The terms that ``typed`` may be after: those called so first, then those whose definition holds its words."""
    wanted = name_key(typed)
    ranked = ((_rank(term, wanted), place, term) for place, term in enumerate(terms))
    found = sorted((rank, place) for rank, place, _ in ranked if rank is not None)
    return tuple(terms[place] for _, place in found)


def _rank(term: Term, wanted: str) -> int | None:
    names = [name_key(name) for name in (term.term, *term.also)]
    if any(name.startswith(wanted) for name in names):
        return 0
    if any(wanted in name for name in names):
        return 1
    told = f" {name_key(term.definition)}"
    return 2 if all(f" {word}" in told for word in wanted.split()) else None


def find_term(terms: Sequence[Term], name: str) -> Term:
    """The term of that name, of another of its names, or of the only one that begins so.

    Raises:
        UsageProblem: there is none, or several begin so; it names what was probably meant.
    """
    wanted = name_key(name)
    names = {name_key(other): term for term in terms for other in (term.term, *term.also)}
    if wanted in names:
        return names[wanted]
    begun = {term.term: term for key, term in names.items() if wanted and key.startswith(wanted)}
    if len(begun) == 1:
        return next(iter(begun.values()))
    if begun:
        message = f"Several terms begin with '{printable(name)}'."
        raise UsageProblem(message, next_step=f"Did you mean {_listed(sorted(begun, key=name_key))}?")
    match = nearest(wanted, list(names))
    step = f"Did you mean '{names[match].term}'?" if match else "'tutor glossary' lists all terms."
    raise UsageProblem(f"The glossary has no '{printable(name)}'.", next_step=step)


def _listed(names: Sequence[str], most: int = 8) -> str:
    shown = [f"'{name}'" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} or another"
    return f"{', '.join(shown[:-1])} or {shown[-1]}"
