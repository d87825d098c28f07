"""Search the course: its lessons and their steps, its exercises, and the terms of its glossary.

What is looked through is read and made comparable once (``Content.texts``); a search is then a few
thousand substring tests, a millisecond or two for a real course.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tutor.course.content import Content

Kind = Literal["lesson", "exercise", "step", "term"]
BY_TITLE: tuple[Kind, ...] = ("lesson", "exercise", "term", "step")
BY_TEXT: tuple[Kind, ...] = ("lesson", "step", "term", "exercise")

OFTEN = 2  # times in one text; to have a word still more often says nothing
SNIPPET = 110  # characters, at most

_NO_WORD = re.compile(r"\W")
_DRAWN = re.compile(r"(?<!\S)[^\w\s]{1,3}(?:\s+[^\w\s]+(?!\S))+|(?<!\S)[^\w\s]{4,}(?!\S)")
_CODE_FENCE = re.compile(r"(?m)^\s*```.*$")
_TABLE_RULE = re.compile(r"(?m)^\s*\|[-:| ]+$")
_TABLE_ROW = re.compile(r"(?m)^\s*\|.*$")
_PICTURE = re.compile(r"[\u2500-\u259f]+")
_CITATION = re.compile(r"\s*\[[a-z0-9]+(?:-[a-z0-9.]+)+\](?!\()")
_MARKS = re.compile(r"\*\*|`|(?m:^#+ |^\s*> ?|^\s*[-*] (?=\S))")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])")


@dataclass(frozen=True)
class Text:
    """One thing that can be found. ``head`` and ``key`` are its names and its body in comparable form."""

    kind: Kind
    id: str
    lesson: str
    title: str
    body: str
    head: str
    key: str

    @property
    def name(self) -> str:
        """The title in comparable form."""
        return comparable(self.title).strip()


@dataclass(frozen=True)
class Hit:
    """One thing that holds all words. ``id`` is that of the lesson, exercise or step; a term's is its name."""

    kind: Kind
    id: str
    lesson: str
    title: str
    snippet: str
    in_title: bool


def search(content: Content, words: str) -> tuple[Hit, ...]:
    """What holds all of the ``words`` (each as the beginning of a word; capitals make no difference).

    First what is called just so, then what has them in its title, then what has them in its text: first
    what has them often, and of these what is taught first. Raises ContentProblem: a file broke since it was indexed.
    """
    wanted = [key for word in words.split() if (key := comparable(word).strip())]
    if not wanted:
        return ()
    starts = [f" {key}" for key in wanted]
    found: list[tuple[tuple[int, int, int, int], Text]] = []
    for place, text in enumerate(content.texts):
        if all(start in text.head or start in text.key for start in starts):
            missing = sum(start not in text.head for start in starts)
            exact = text.name == " ".join(wanted)
            order = BY_TEXT if missing else BY_TITLE
            times = sum(min(text.key.count(start), OFTEN) for start in starts)
            found.append(((-1 if exact else missing, order.index(text.kind), -times, place), text))
    found.sort(key=lambda one: one[0])
    return tuple(
        Hit(text.kind, text.id, text.lesson, text.title, _snippet(text, starts), in_title=rank[0] <= 0)
        for rank, text in found
    )


def why_nothing(content: Content, words: str) -> str:
    """Why a search found nothing, in a sentence: the word that stands nowhere, with the nearest of titles and names."""
    from difflib import get_close_matches

    wanted = [(word, key) for word in words.split() if (key := comparable(word).strip())]
    for word, key in wanted:
        if any(f" {key}" in text.head or f" {key}" in text.key for text in content.texts):
            continue
        known = sorted({one for text in content.texts for one in text.head.split()})
        near = get_close_matches(key, known, n=1, cutoff=0.75)
        return f"“{word}” stands nowhere." + (f" Did you mean “{near[0]}”?" if near else "")
    return "These words stand nowhere together." if len(wanted) > 1 else "There is no word to look for."


def prepare(content: Content) -> tuple[Text, ...]:
    """Everything that a search looks through, in the course's order. Reads all lessons and exercises."""
    return tuple(_texts(content))


def comparable(text: str) -> str:
    """``text`` in small letters with a space for whatever belongs to no word; as long as it was."""
    small = text.lower()
    if len(small) != len(text):  # 'İ' becomes two characters
        small = "".join(letter.lower()[:1] for letter in text)
    return _NO_WORD.sub(" ", small)


def plain(markdown: str) -> str:
    """Markdown as one paragraph of words: no fences, pictures, citations, marks, or signs that draw."""
    text = _CODE_FENCE.sub("", markdown)
    text = _TABLE_RULE.sub("", text)
    text = _TABLE_ROW.sub(lambda row: row[0].replace("|", " "), text)
    text = _CITATION.sub("", _PICTURE.sub(" ", text))
    text = _EMPHASIS.sub(r"\1", _MARKS.sub("", text))
    return " ".join(_DRAWN.sub(" ", text).split())


def marked(snippet: str, words: str) -> Iterator[tuple[str, bool]]:
    """The snippet in pieces, each with whether it is one of the ``words``."""
    keys = {key for word in words.split() if (key := comparable(word).strip())}
    pattern = "|".join(rf"(?<=\s){re.escape(key)}" for key in sorted(keys, key=len, reverse=True))
    end = 0
    for match in re.finditer(pattern, f" {comparable(snippet)}") if keys else ():
        start, stop = match.start() - 1, match.end() - 1
        yield snippet[end:start], False
        yield snippet[start:stop], True
        end = stop
    yield snippet[end:], False


def _texts(content: Content) -> Iterator[Text]:
    for lesson in content.lessons:
        yield _text("lesson", lesson.id, lesson.id, lesson.title, lesson.summary, names=lesson.id)
        for step in lesson.info.steps:
            yield _text("step", step.id, lesson.id, step.title, step.markdown)
    for exercise in content.exercises:
        yield _text(
            "exercise",
            exercise.id,
            exercise.lesson,
            exercise.title,
            exercise.info.brief,
            names=exercise.id,
        )
    for term in content.glossary:
        yield _text("term", term.term, term.lesson, term.term, term.definition, names=" · ".join(term.also))


def _text(kind: Kind, id: str, lesson: str, title: str, markdown: str, *, names: str = "") -> Text:
    body = plain(markdown)
    head = comparable(f" {title} {names}")
    return Text(kind, id, lesson, title, body, head, f" {comparable(body)}")


def _snippet(text: Text, starts: list[str]) -> str:
    """The part of the body around its first hit, cut between words."""
    places = [place for start in starts if (place := text.key.find(start)) >= 0]
    body, place = text.body, min(places, default=0)  # in ``key`` all stands one place later
    if len(body) <= SNIPPET:
        return body
    room = SNIPPET - 2
    begin = max(0, min(place - room // 3, len(body) - room))
    begin = body.rfind(" ", 0, begin + 1) + 1
    end = min(len(body), begin + room)
    if end < len(body):
        cut = body.rfind(" ", place, end)
        end = cut if cut > place else end
    return f"{'…' if begin else ''}{body[begin:end].strip()}{'…' if end < len(body) else ''}"
