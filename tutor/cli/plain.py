"""The learner's loop in plain lines: what is next, Enter does it. For screen readers and bare terminals."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.cli import console
from tutor.cli.opening import open_content, open_store

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import NextStep, Store

LEAVE = ("q", "quit", "exit")


def session(content: Path | None) -> int:
    """The course map and the next step; at a terminal go on from there, step by step."""
    from tutor.cli.course_map import map_text
    from tutor.progress import standing

    course = open_content(content)
    store = open_store(course)
    console.write(map_text(course, standing(course, store)))
    if not console.is_interactive():
        return 0
    console.write("\nEnter does what is next. Or type a command, such as 'list' or 'demo LESSON'; q leaves.")
    while True:
        step = standing(course, store).next
        words = next_words(course, store, step)
        console.write("\n" + console.styled(f"Next: {console.clean(step.why)}", "bold"))
        if words:
            console.write(f"  tutor {shlex.join(words)}")
        try:
            line = input("> ").strip()
        except EOFError:
            return 0
        if line.lower() in LEAVE:
            return 0
        _do(line, words)


def next_words(content: Content, store: Store, step: NextStep) -> list[str]:
    """The command that does a step. An exercise is started first, submitted after. Empty when all is done."""
    from tutor.progress import workspace

    if step.kind == "exercise":
        written = workspace.solution_path(store, content.exercise(step.id)).exists()
        return ["submit" if written else "start", step.id]
    if step.kind == "review":
        return ["quiz", "--due"]
    return [] if step.kind == "done" else [step.kind, step.id]


def _do(line: str, words: list[str]) -> None:
    """Run what was typed, or what is next. A failing command is told, and the session goes on."""
    from tutor.cli.entry import run

    try:
        typed = shlex.split(line)
    except ValueError as error:
        console.write(f"That can't be read: {error}.")
        return
    if typed[:1] == ["tutor"]:
        typed = typed[1:]
    if typed or words:
        run(typed or words)
