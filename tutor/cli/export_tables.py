"""Progress as CSV, and the questions that were asked as cards that Anki imports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.assist.quoting import fenced
from tutor.cli.console import clean
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.quiz import Item

_COLUMNS = (
    "kind",
    "id",
    "title",
    "status",
    "attempts",
    "first_pass",
    "misconceptions",
    "points",
    "of",
    "due",
)


def progress_csv(content: Content, store: Store) -> str:
    """One row for each exercise, and for each lesson's quiz that was begun."""
    from tutor.progress import standing
    from tutor.progress.report import progress_document

    now = standing(content, store)
    document = progress_document(content, store)
    titles = {exercise.id: exercise.title for exercise in content.exercises}
    titles |= {lesson.id: lesson.title for lesson in content.lessons}
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, restval="", extrasaction="ignore", lineterminator="\r\n")
    rows.writeheader()
    for one in document["exercises"]:
        named = {
            "kind": "exercise",
            "title": titles[one["id"]],
            "misconceptions": " ".join(one["misconceptions"]),
        }
        rows.writerow({**one, **named})
    for one in document["quiz"]:
        lesson = one["lesson"]
        rows.writerow(
            {**one, "kind": "quiz", "id": lesson, "title": titles[lesson], "status": now.lesson(lesson)}
        )
    return text.getvalue()


@dataclass(frozen=True)
class Card:
    """One question that was answered: Markdown for its two sides, with the numbers as they were drawn."""

    item: str
    lesson: str
    front: str
    back: str


def asked_items(content: Content, store: Store) -> Iterator[Card]:
    """A card for each item that was answered, in the order of the course.

    Items that were not asked yet stay out: their answers would be given away. So do answers that no longer fit
    their question, since the course changed.
    """
    from tutor.quiz import build, score

    answers = {answer.item: answer for answer in store.answers()}
    for lesson in content.lessons:
        for id in lesson.items:
            if id in answers:
                [item] = build(lesson, answers[id].seed, only=[id])
                with suppress(UsageProblem):
                    back = score(item, answers[id].answer).explanation
                    yield Card(id, lesson.id, _front(item), back)


def anki_cards(content: Content, store: Store) -> str:
    """A text file that Anki imports: question and explanation of each item that was answered."""
    lines = ["#separator:tab", "#html:true", "#columns:Front\tBack\tTags", "#tags column:3"]
    for card in asked_items(content, store):
        lines.append("\t".join([_cell(card.front), _cell(card.back), f"tutor::{card.lesson}"]))
    return "\n".join(lines) + "\n"


def _front(item: Item) -> str:
    parts = [item.question, fenced(item.code, "python") if item.code else ""]
    parts += [f"{label}) {choice.text}" for label, choice in zip("abcdefghij", item.options, strict=False)]
    parts += [f"- {choice.text}" for choice in (*item.left, *item.right)]
    return "\n\n".join(part for part in parts if part)


def _cell(text: str) -> str:
    from html import escape

    return escape(clean(text)).replace("\t", "    ").replace("\n", "<br>")
