"""Typed lines as answers: letters for options, numbers for what stands on the left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.cli.console import clean, wrapped
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.quiz import Choice, Item

LETTERS = "abcdefghijklmnopqrstuvwxyz"

HOW = {
    "single": "the letter of one option",
    "multiple": "the letters of all that are right, such as: a c",
    "numeric": "a number, with its unit if you like",
    "output": "what it prints, line by line; an empty line ends",
    "order": "all letters in the right order, such as: c a b",
    "match": "pairs of number and letter, such as: 1b 2a 3c",
    "code": "the Python that replaces ____",
}


def question_lines(item: Item) -> Iterator[str]:
    """The question, its code and its options as text."""
    yield wrapped(clean(item.question))
    if item.code:
        yield ""
        yield "\n".join(f"    {line}" for line in clean(item.code).rstrip().splitlines())
    if item.options or item.left:
        yield ""
    for letter, choice in zip(LETTERS, item.options, strict=False):
        yield _choice(letter, choice)
    for number, choice in enumerate(item.left, 1):
        yield _choice(str(number), choice)
    for letter, choice in zip(LETTERS, item.right, strict=False):
        yield _choice(letter, choice)
    yield (
        f"  (Answer: {HOW[item.kind]}.)"
        if not item.unit
        else f"  (Answer: {HOW[item.kind]}, asked in {item.unit}.)"
    )
    if item.accepts:
        yield wrapped(f"({item.accepts[0].upper()}{item.accepts[1:]}.)", "  ", "  ")
    if item.partly:
        yield f"  ({item.partly.capitalize()}.)"


def read_answer(item: Item, read_line: Callable[[], str]) -> object:
    """The answer in what ``read_line`` brings, in the shape that the item's kind takes.

    Raises:
        UsageProblem: it can't be read as one, or nothing was typed.
    """
    line = read_line()
    if not line.strip():
        raise UsageProblem("Nothing was typed.", next_step=f"Answer with {HOW[item.kind]}.")
    if item.kind == "single":
        return _chosen(line.strip(), item.options)
    if item.kind in ("multiple", "order"):
        return [_chosen(word, item.options) for word in _words(line, item.options)]
    if item.kind == "match":
        return dict(_pair(word, item.left, item.right) for word in line.replace(",", " ").split())
    if item.kind == "output":
        lines = []
        while line.strip():
            lines.append(line)
            line = read_line()
        return "\n".join(lines)
    return line.strip()


def _choice(label: str, choice: Choice) -> str:
    return wrapped(clean(choice.text), "     ", f"  {label}) ")


def _words(line: str, choices: Sequence[Choice]) -> list[str]:
    words = line.replace(",", " ").split()
    ids = {choice.id for choice in choices}
    if len(words) == 1 and words[0] not in ids:
        return list(words[0])  # letters written together: ac
    return words


def _chosen(word: str, choices: Sequence[Choice]) -> str:
    ids = [choice.id for choice in choices]
    letters = dict(zip(LETTERS, ids, strict=False))
    if word.lower() in letters:
        return letters[word.lower()]
    if word in ids:
        return word
    raise UsageProblem(
        f"'{clean(word)[:40]}' is none of the options.", next_step=f"Letters: {' '.join(letters)}."
    )


def _pair(word: str, left: Sequence[Choice], right: Sequence[Choice]) -> tuple[str, str]:
    found = re.fullmatch(r"(\d+)[-=:]?([A-Za-z])", word)
    if found and 1 <= int(found[1]) <= len(left):
        return left[int(found[1]) - 1].id, _chosen(found[2], right)
    raise UsageProblem(f"'{clean(word)[:40]}' is no pair.", next_step="Write number and letter, such as 1b.")
