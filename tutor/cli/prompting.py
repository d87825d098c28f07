"""``tutor prompts``: a lesson's three prompts, or one that explains a failed verdict, to print, copy, open or pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tutor.cli import console
from tutor.cli.console import clean, styled
from tutor.cli.opening import open_content, open_store
from tutor.cli.options import ContentOption, JsonOption
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.assist import Assistant
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Store

Level = Literal["beginner", "intermediate", "advanced"]


def prompts_command(
    lesson: Annotated[
        str,
        typer.Argument(
            metavar="LESSON|EXERCISE",
            help="A lesson; or an exercise that did not pass, to have it explained.",
        ),
    ],
    level: Annotated[Level | None, typer.Option("--level", help="Only this one.", show_default=False)] = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy it; without --level the first one.")] = False,
    open_in: Annotated[
        str | None,
        typer.Option("--open", metavar="NAME", help="Open it in this assistant.", show_default=False),
    ] = None,
    pack: Annotated[
        Path | None,
        typer.Option("--pack", metavar="FILE", help="Write all of the lesson for it.", show_default=False),
    ] = None,
    json: JsonOption = False,
    content: ContentOption = None,
) -> int:
    """A lesson's three prompts for your AI assistant, to be used in order."""
    from tutor.assist import LEVELS, assistant, make_pack, prompt_text

    course = open_content(content)
    if any(exercise.id == lesson for exercise in course.exercises):
        return _explain(course, lesson, copy, open_in, level is not None or pack is not None or json)
    loaded = course.lesson(lesson)
    wanted = assistant(open_in) if open_in is not None else None
    store = open_store(course)
    if json:
        console.write_json(make_pack(course, loaded, store).as_json())
        return 0
    levels = LEVELS if level is None else (level,)
    if wanted is None and not copy and pack is None:
        for one in levels:
            console.write(styled(one.capitalize(), "bold"))
            console.write(clean(prompt_text(loaded, one, store, content=course)))
            _used(store, loaded, one)
        return 0
    if pack is not None:
        _write_pack(course, loaded, store, pack)
    if not copy and wanted is None:
        return 0
    code = _hand_over(prompt_text(loaded, levels[0], store, content=course), copy, wanted)
    _used(store, loaded, levels[0])
    return code


def _explain(course: Content, exercise: str, copy: bool, open_in: str | None, of_a_lesson: bool) -> int:
    """The prompt for the last attempt at an exercise."""
    from tutor.assist import assistant, explain_prompt

    if of_a_lesson:
        raise UsageProblem(
            "An exercise has one prompt and no pack.", where=exercise, next_step="Name its lesson for those."
        )
    wanted = assistant(open_in) if open_in is not None else None
    text = explain_prompt(course.exercise(exercise), open_store(course), course)
    if not copy and wanted is None:
        console.write(clean(text))
        return 0
    return _hand_over(text, copy, wanted)


def _hand_over(text: str, copy: bool, wanted: Assistant | None) -> int:
    """Copy, open an assistant, or both."""
    code = _copy(text) if copy else 0
    if wanted is not None:
        _open(wanted, text)
    return code


def _used(store: Store, lesson: LoadedLesson, level: str) -> None:
    store.record_event("prompt", lesson.id, {"level": level})


def _write_pack(content: Content, lesson: LoadedLesson, store: Store, file: Path) -> None:
    from tutor.assist import lesson_pack
    from tutor.progress.keeping import write_output

    write_output(file, lesson_pack(content, lesson, store).encode("utf-8", "replace"))
    console.write(str(file.absolute()))


def _copy(text: str) -> int:
    """Copy and say by which ways. 3 where none worked."""
    from tutor.assist import copy_text

    attempts = copy_text(text)
    for attempt in attempts:
        console.write(
            f"{attempt.way}: {clean(attempt.detail)}" + (f" ({attempt.outcome})" if not attempt.ok else "")
        )
    return 0 if any(attempt.ok for attempt in attempts) else 3


def _open(wanted: Assistant, text: str) -> None:
    from tutor.assist import hand_over
    from tutor.paths import tutor_home

    done = hand_over(wanted, text, home=tutor_home())
    state = "Opened" if done.opened else "Open this yourself:"
    console.write(f"{state} {done.assistant.name}: {done.url}")
    if not done.filled:
        ways = ", ".join(attempt.way for attempt in done.copies if attempt.ok)
        console.write(f"Paste the prompt there; it was copied ({ways or 'nowhere'}).")
