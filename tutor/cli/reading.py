"""``tutor lesson``: a lesson as text or as its ``tutor.lesson/1`` document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.amounts import size
from tutor.cli import console
from tutor.cli.console import clean, styled, wrapped
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption, LessonArgument

_PROSE = re.compile(r"(?!```|#|>|\||\d+[.)]\s|[-*+]\s|\s|---)\S")
"""How a line of a paragraph begins."""

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.course.models import Step


def lesson_command(
    lesson: LessonArgument,
    plain: Annotated[
        bool, typer.Option("--plain", help="Only the words: no styles, no line breaks of ours.")
    ] = False,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """Read a lesson: why, idea, what to notice, what to try."""
    course = open_content(content)
    loaded = course.lesson(lesson)
    if json:
        console.write_json(lesson_json(loaded))
        return 0
    console.write("\n".join(lesson_lines(course, loaded, plain)))
    store = open_store(course)
    for step in loaded.info.steps:
        store.record_event("step", loaded.id, {"step": step.id})
    return 0


def lesson_json(lesson: LoadedLesson) -> dict[str, Any]:
    """The ``tutor.lesson/1`` document."""
    info, prompts = lesson.info, lesson.prompts
    return {
        "schema": "tutor.lesson/1",
        "id": info.id,
        "title": info.title,
        "module": info.module,
        "minutes": info.minutes,
        "summary": info.summary,
        "goals": [{"id": goal.id, "text": goal.text} for goal in info.goals],
        "steps": [
            {"id": step.id, "kind": step.kind, "title": step.title, "markdown": step.markdown}
            for step in info.steps
        ],
        "try_it": [{"text": item.text, "opens": item.opens} for item in info.try_it],
        "prompts": prompts.model_dump() if prompts else None,
    }


def lesson_lines(content: Content, lesson: LoadedLesson, plain: bool) -> Iterator[str]:
    """The lesson as text, line by line."""
    info = lesson.info
    yield _heading(info.title, plain)
    yield _text(info.summary, plain)
    yield ""
    yield "You will be able to:"
    for goal in info.goals:
        yield _text(goal.text, plain, "  - ")
    for step in info.steps:
        yield ""
        yield from _step(step, plain)
    if info.demo:
        yield ""
        yield _heading(f"Demo: {info.demo.title}", plain)
        memory = f", up to {size(info.demo.memory_mib << 20)} of memory" if info.demo.memory_mib else ""
        yield f"  tutor demo {info.id}    (about {info.demo.seconds:g} s{memory})"
        if info.demo.model:
            yield _text("It uses the real model where 'tutor model fetch' has brought it.", plain, "  ")
        for knob in info.demo.knobs:
            choices = f" ({', '.join(knob.choices)})" if knob.choices else ""
            default = f"{knob.default:g}" if isinstance(knob.default, float) else knob.default
            yield _text(f"{f'--{knob.name} {default}':<22} {knob.label}{choices}", plain, "    ")
    if info.try_it:
        yield ""
        yield _heading("Try it", plain)
        for item in info.try_it:
            yield _text(item.text, plain, "  - ")
            yield f"      {try_command(info.id, item.opens)}"
    yield ""
    yield _heading("Then", plain)
    if lesson.quiz:
        yield f"  tutor quiz {info.id}    {len(lesson.quiz.items)} questions"
    if lesson.open_questions:
        yield f"  tutor quiz {info.id} --open    {len(lesson.open_questions)} to be answered in your own words"
    if lesson.prompts:
        yield f"  tutor prompts {info.id}    three prompts for your AI assistant"
    for exercise in content.exercises_of(info.id):
        yield f"  tutor start {exercise.info.id}    {clean(exercise.info.title)}"


def _step(step: Step, plain: bool) -> Iterator[str]:
    yield _heading(step.title, plain)
    yield _text(step.markdown, plain)
    if step.predict:
        yield ""
        opening = "Guess before you run the demo:" if step.kind == "demo" else "Your guess:"
        yield _text(f"{opening} {step.predict.question}", plain)
        for letter, guess in zip("abcde", step.predict.guesses, strict=False):
            yield _text(guess.text, plain, f"  {letter}) ")


def try_command(lesson_id: str, opens: str) -> str:
    """The command of a try-it item: ``exercise:ID`` or ``demo:knob=value,knob=value``."""
    kind, _, rest = opens.partition(":")
    if kind == "exercise":
        return f"tutor start {rest}"
    options = " ".join(
        f"--{name} {value}" for name, _, value in (pair.partition("=") for pair in rest.split(",") if pair)
    )
    return f"tutor demo {lesson_id} {options}".rstrip()


def _heading(text: str, plain: bool) -> str:
    text = clean(text)
    return f"# {text}" if plain else f"{styled(text, 'bold')}\n{styled('─' * len(text), 'dim')}"


def _text(text: str, plain: bool, first: str = "") -> str:
    text = clean(text).rstrip()
    return first + text if plain else wrapped(paragraphs_joined(text), " " * len(first), first)


def paragraphs_joined(markdown: str) -> str:
    """Each paragraph on one line, to be broken where the terminal ends; lists, tables, code and headings stay."""
    lines: list[str] = []
    in_code = joins = False
    for line in markdown.splitlines():
        in_code ^= line.startswith("```")
        prose = not in_code and bool(_PROSE.match(line))
        if prose and joins:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        joins = prose and not line.endswith(("  ", "\\"))
    return "\n".join(lines)
