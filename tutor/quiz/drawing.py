"""From a question in ``quiz.yaml`` to its drawn numbers and rendered texts."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, overload

from tutor.course.documents import Location, read_document
from tutor.course.questions import Question, Span
from tutor.errors import ContentProblem
from tutor.quiz.chance import Chance
from tutor.quiz.templates import evaluate, render
from tutor.sandbox.clean import clean_text

Value = int | float | str
T = TypeVar("T")
MOST_TRIES = 1000


@dataclass(frozen=True)
class Source:
    """Where a question stands, for messages."""

    lesson: str
    file: Path
    item: str

    def problem(self, message: str, *, field: str = "", code: str = "quiz") -> ContentProblem:
        """A ContentProblem that names the file, the place in it, the item and the field."""
        place = f"Item '{self.item}', '{field}'" if field else f"Item '{self.item}'"
        detail = clean_text(message, 500, single_line=True).rstrip(".")
        message = f"{place}: {detail}."
        try:
            document = read_document(self.file)
        except ContentProblem:  # it changed since it was loaded: the message stands, without a line
            return ContentProblem(message, where=str(self.file), code=code)
        entries = document.data.get("items") or ()
        number = next((n for n, entry in enumerate(entries) if entry.get("id") == self.item), 0)
        return document.problem(("items", number, *_location(field)), message, code=code)


@dataclass(frozen=True)
class Drawn:
    """A question with its numbers: what a kind renders its texts from."""

    question: Any
    source: Source
    variables: Mapping[str, object]
    chance: Chance

    def text(self, field: str, template: str) -> str:
        """Prose with the numbers put in. Raises ContentProblem."""
        return self._guarded(field, lambda: render(template, self.variables)).strip()

    def code(self, field: str, template: str) -> str:
        """Python source or its output with the numbers put in as ``repr``. Raises ContentProblem."""
        return self._guarded(field, lambda: render(template, self.variables, code=True)).strip("\n")

    def number(self, field: str, expression: str) -> float:
        """The value of an expression, a finite number. Raises ContentProblem."""
        value = self._guarded(field, lambda: evaluate(expression, self.variables))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.source.problem(f"'{expression}' gives {value!r}, which is no number", field=field)
        if not math.isfinite(value):
            raise self.source.problem(f"'{expression}' gives {value!r}{self.draw_note}", field=field)
        return float(value)

    @property
    def common(self) -> dict[str, Any]:
        """The fields that every kind of item has."""
        question: Question = self.question
        return {
            "id": question.id,
            "lesson": self.source.lesson,
            "goal": question.goal,
            "step": question.step,
            "points": question.points,
            "question": self.text("question", question.question),
            "variables": self.variables,
        }

    @property
    def draw_note(self) -> str:
        """The drawn numbers in words, for messages about what they lead to."""
        return note_on(self.variables)

    def _guarded(self, field: str, action: Callable[[], T]) -> T:
        return _guarded(self.source, field, self.variables, action)


def draw_one(question: Question, source: Source, seed: int) -> Drawn:
    """The draw of ``seed``: the same on every machine. Raises ContentProblem."""
    chance = Chance(seed, question.id)
    choices = {name: _values(drawable) for name, drawable in question.draw.items()}
    for _ in range(MOST_TRIES):
        drawn = {name: chance.choice(values) for name, values in choices.items()}
        variables = _with_lets(question, source, drawn)
        if _allowed(question, source, variables):
            return Drawn(question, source, variables, chance)
    raise source.problem(f"no draw of {MOST_TRIES} satisfies the conditions", field="where")


def draw_many(question: Question, source: Source, count: int, seed: int = 0) -> Iterator[Drawn]:
    """Every possible draw if there are at most ``count``, else ``count`` draws. Raises ContentProblem."""
    choices = {name: _values(drawable) for name, drawable in question.draw.items()}
    if math.prod(len(values) for values in choices.values()) > count:
        yield from (draw_one(question, source, seed + n) for n in range(count))
        return
    found = False
    for n, combination in enumerate(itertools.product(*choices.values())):
        variables = _with_lets(question, source, dict(zip(choices, combination, strict=True)))
        if _allowed(question, source, variables):
            found = True
            yield Drawn(question, source, variables, Chance(seed + n, question.id))
    if not found:
        raise source.problem("no draw at all satisfies the conditions", field="where")


def note_on(variables: Mapping[str, object]) -> str:
    """The draw, for a message: `` (with billions = 7, bits = 4)``."""
    if not variables:
        return ""
    return " (with " + ", ".join(f"{name} = {value!r}"[:60] for name, value in variables.items()) + ")"


def _location(field: str) -> Location:
    """``options[1].text`` as ``("options", 1, "text")``."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"\w+", field))


def _with_lets(question: Question, source: Source, drawn: dict[str, Value]) -> dict[str, object]:
    variables: dict[str, object] = dict(drawn)
    for name, expression in question.let.items():
        action = partial(evaluate, expression, variables)
        variables[name] = _guarded(source, f"let.{name}", variables, action)
    return variables


def _allowed(question: Question, source: Source, variables: Mapping[str, object]) -> bool:
    return all(
        _guarded(source, f"where[{n}]", variables, partial(evaluate, condition, variables))
        for n, condition in enumerate(question.where)
    )


def _values(drawable: Span | tuple[Value, ...]) -> Sequence[Value]:
    return SpanValues(drawable) if isinstance(drawable, Span) else drawable


class SpanValues(Sequence[Value]):
    """Every value of a span, both ends included; whole numbers stay whole. There may be a million: none is kept."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self._whole = span.start.is_integer() and span.step.is_integer()
        self._count = math.floor((span.to - span.start) / span.step + 1e-9) + 1

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Value: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Value]: ...

    def __getitem__(self, place: int | slice) -> Value | Sequence[Value]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        value = self._span.start + place * self._span.step
        return int(value) if self._whole else float(f"{value:.12g}")


def _guarded(source: Source, field: str, variables: Mapping[str, object], action: Callable[[], T]) -> T:
    """Whatever goes wrong in a template is the content's fault, and is told as such."""
    try:
        return action()
    except ContentProblem:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {error}".rstrip(": .")
        raise source.problem(f"{detail}{note_on(variables)}", field=field, code="template") from error
