"""The lessons with the learner's code as one document: Markdown, HTML, or a Jupyter notebook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tutor.assist.quoting import fenced
from tutor.cli.console import clean

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise, LoadedLesson
    from tutor.progress import Store

_STYLE = (
    ":root{color-scheme:light dark;--soft:#f4f4f5;--line:#d4d4d8}"
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 sans-serif;overflow-wrap:break-word}"
    "pre{overflow:auto;background:var(--soft);padding:.8rem}"
    "table{display:block;overflow-x:auto;border-collapse:collapse}"
    "th,td{padding:.25rem .9rem .25rem 0;text-align:left;border-bottom:1px solid var(--line)}"
    "@media screen and (prefers-color-scheme:dark){:root{--soft:#1d232c;--line:#333b47}"
    "body{background:#14181f;color:#e5e7eb}}"
    "@media print{:root{color-scheme:light}pre{white-space:pre-wrap}h2{break-before:page}h3{break-after:avoid}}"
)


@dataclass(frozen=True)
class Part:
    """A piece of the book: Markdown text, or Python code."""

    text: str
    is_code: bool = False


def book(content: Content, store: Store, as_format: Literal["markdown", "html", "notebook"] | str) -> str:
    """The whole course in one document. The learner's files stand where the exercises are."""
    parts = list(_parts(content, store))
    if as_format == "notebook":
        return _notebook(parts)
    markdown = (
        "\n\n".join(fenced(part.text, "python") if part.is_code else part.text for part in parts) + "\n"
    )
    return markdown if as_format == "markdown" else _html(content.title, markdown)


def _parts(content: Content, store: Store) -> Iterator[Part]:
    yield Part(f"# {clean(content.title)}")
    for lesson in content.lessons:
        yield from _lesson(lesson)
        for exercise in content.exercises_of(lesson.id):
            yield from _exercise(exercise, store)


def _lesson(lesson: LoadedLesson) -> Iterator[Part]:
    yield Part(f"## {clean(lesson.title)}\n\n{clean(lesson.summary)}")
    for step in lesson.info.steps:
        yield Part(f"### {clean(step.title)}\n\n{clean(step.markdown).strip()}")
    if lesson.info.demo and lesson.demo_file:
        yield Part(f"### Demo: {clean(lesson.info.demo.title)}")
        # In a notebook the demo must not read the notebook's own arguments.
        yield Part('import sys\n\nsys.argv = ["demo.py"]\n' + _read(lesson.demo_file), is_code=True)


def _exercise(exercise: LoadedExercise, store: Store) -> Iterator[Part]:
    from tutor.progress import workspace

    state = store.exercise_state(exercise.id)
    passed = f"Passed on {state.first_pass[:10]}." if state.first_pass else "Not passed yet."
    yield Part(f"### Exercise: {clean(exercise.title)}\n\n{clean(exercise.info.brief).strip()}\n\n*{passed}*")
    mine = workspace.solution_path(store, exercise)
    yield Part(_read(mine if mine.is_file() else exercise.stub), is_code=True)


def _read(file: Path) -> str:
    return clean(file.read_bytes().decode("utf-8", "replace")).rstrip()


def _notebook(parts: list[Part]) -> str:
    cells = []
    for number, part in enumerate(parts):
        kind = "code" if part.is_code else "markdown"
        cell: dict[str, object] = {
            "cell_type": kind,
            "id": f"part-{number}",
            "metadata": {},
            "source": part.text,
        }
        if part.is_code:
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return (
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}, indent=1)
        + "\n"
    )


def _html(title: str, markdown: str) -> str:
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    narrow = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f'<meta charset="utf-8">{narrow}<title>{escape(clean(title))}</title><style>{_STYLE}</style>'
    return f"<!doctype html>\n<html><head>{head}</head><body>\n{body}</body></html>\n"
