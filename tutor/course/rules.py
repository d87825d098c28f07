"""What one file must keep to beyond its schema: ids told apart, and names that lead somewhere.

Rules between files are in ``relations`` (always checked) and ``checks`` (checked by validation).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from tutor.course.documents import Document, Location
from tutor.course.glossary import name_key
from tutor.course.models import CourseInfo, Exercise, Glossary, Knob, Lesson, OpenQuestions
from tutor.course.names import did_you_mean
from tutor.course.questions import Quiz
from tutor.errors import ContentProblem


def broken_rules(value: BaseModel, document: Document) -> Iterator[ContentProblem]:
    """Every rule that a well-formed file breaks, in the order of the file's kind."""
    if isinstance(value, CourseInfo):
        yield from _repeated(document, ("modules",), [module.id for module in value.modules])
    elif isinstance(value, Lesson):
        yield from _lesson_rules(value, document)
    elif isinstance(value, Quiz):
        yield from _repeated(document, ("items",), [item.id for item in value.items])
    elif isinstance(value, OpenQuestions):
        yield from _repeated(document, ("questions",), [question.id for question in value.questions])
    elif isinstance(value, Exercise):
        yield from _exercise_rules(value, document)
    elif isinstance(value, Glossary):
        yield from _glossary_rules(value, document)


def _repeated(
    document: Document, location: Location, names: Sequence[str], key: str | None = "id"
) -> Iterator[ContentProblem]:
    """``names`` are the ids of the entries of the list at ``location``; each may occur once."""
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        place = (*location, number) if key is None else (*location, number, key)
        if name in first:
            earlier = document.values[(*location, first[name])].line
            yield document.problem(
                place,
                f"'{name}' stands in '{location[-1]}' twice; the first is in line {earlier}.",
                code="duplicate-id",
                next_step="Give one of them another name, or remove it.",
            )
        else:
            first[name] = number


def _lesson_rules(lesson: Lesson, document: Document) -> Iterator[ContentProblem]:
    yield from _repeated(document, ("goals",), [goal.id for goal in lesson.goals])
    yield from _repeated(document, ("steps",), [step.id for step in lesson.steps])
    knobs = lesson.demo.knobs if lesson.demo else ()
    yield from _repeated(document, ("demo", "knobs"), [knob.name for knob in knobs], key="name")
    for number, knob in enumerate(knobs):
        if reason := knob_refusal(knob, str(knob.default)):
            yield document.problem(
                ("demo", "knobs", number, "default"),
                f"The default of the knob '{knob.name}' {reason}.",
                code="bad-value",
            )
    if lesson.demo is None:
        for number, step in enumerate(lesson.steps):
            if step.kind == "demo":
                yield document.problem(
                    ("steps", number, "kind"),
                    "This step shows a demo, but the lesson has none.",
                    code="missing-key",
                    next_step="Add the key 'demo', and a demo.py beside the lesson.",
                )
    for number, item in enumerate(lesson.try_it):
        target, _, settings = item.opens.partition(":")
        if target == "demo" and (refused := _refused_settings(lesson, settings)):
            reason, advice = refused
            yield document.problem(("try_it", number, "opens"), reason, code="unknown-id", next_step=advice)


def _refused_settings(lesson: Lesson, settings: str) -> tuple[str, str] | None:
    """Why a demo cannot be opened with ``knob=value,knob=value``, and what to do; ``None`` if it can."""
    if lesson.demo is None:
        return (
            "This opens the lesson's demo, but the lesson has none.",
            "Add the key 'demo', or open an exercise.",
        )
    knobs = {knob.name: knob for knob in lesson.demo.knobs}
    for setting in settings.split(",") if settings else ():
        name, _, value = setting.partition("=")
        if name not in knobs:
            told = f"The demo has no knob '{name}'; its knobs are {', '.join(knobs) or 'none'}."
            return told, did_you_mean(name, list(knobs), otherwise="Its knobs are")
        if reason := knob_refusal(knobs[name], value):
            return (
                f"'{setting}' {reason}.",
                f"Set '{name}' to what the knob allows, or let the knob allow more.",
            )
    return None


def knob_refusal(knob: Knob, value: str) -> str:
    """Why the knob cannot be set to ``value``; empty if it can."""
    if knob.kind == "choice":
        return "" if value in knob.choices else f"is not one of {', '.join(knob.choices)}"
    try:
        number = int(value) if knob.kind == "int" else float(value)
    except ValueError:
        return f"is not {'a whole number' if knob.kind == 'int' else 'a number'}"
    if knob.minimum is not None and not number >= knob.minimum:
        return f"is below the minimum {knob.minimum:g}"
    if knob.maximum is not None and not number <= knob.maximum:
        return f"is above the maximum {knob.maximum:g}"
    return ""


def _exercise_rules(exercise: Exercise, document: Document) -> Iterator[ContentProblem]:
    functions = [function.name for function in exercise.interface]
    yield from _repeated(document, ("interface",), functions, key="name")
    yield from _repeated(document, ("misconceptions",), [wrong.id for wrong in exercise.misconceptions])
    yield from _repeated(document, ("requires",), exercise.requires, key=None)
    hints = len(exercise.hints)
    for number, misconception in enumerate(exercise.misconceptions):
        if misconception.hint > hints:
            yield document.problem(
                ("misconceptions", number, "hint"),
                f"'{misconception.id}' names hint {misconception.hint}, but there are {hints} hints.",
                code="unknown-id",
            )


def _glossary_rules(glossary: Glossary, document: Document) -> Iterator[ContentProblem]:
    """Each name leads to one term, and a definition is one paragraph."""
    first: dict[str, Location] = {}
    for number, term in enumerate(glossary.terms):
        entry = ("terms", number)
        places = [(*entry, "term"), *((*entry, "also", place) for place in range(len(term.also)))]
        for name, place in zip((term.term, *term.also), places, strict=True):
            earlier = first.setdefault(name_key(name), place)
            if earlier != place:
                yield document.problem(
                    place,
                    f"'{name}' is taken as a name already, in line {document.values[earlier].line}.",
                    code="duplicate-id",
                    next_step="Capitals, dashes and spaces make no difference: rename or remove one of them.",
                )
        if "\n" in term.definition:
            yield document.problem(
                (*entry, "definition"),
                f"The definition of '{term.term}' has a line break.",
                code="bad-value",
                next_step="Write it as one paragraph; '>-' joins the lines of a longer one.",
            )
