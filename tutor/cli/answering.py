"""Typed lines as answers: letters for options, numbers for what stands on the left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

from tutor.cli.console import clean, wrapped
from tutor.errors import UsageProblem

if TYPE_CHECKING:
    from tutor.quiz import Choice, Item

LETTERS = "abcdefghijklmnopqrstuvwxyz"

FIRST, MORE = "> ", "... "
"""What stands before the first line of an answer, and before those that go on."""

HOW = {
    "single": "the letter of one option",
    "multiple": "the letters of all that are right, such as: a c",
    "numeric": "a number",
    "output": "what it prints, line by line; an empty line ends",
    "order": "all letters in the right order, such as: c a b",
    "match": "pairs of number and letter, such as: 1b 2a 3c",
    "code": "the Python that replaces ____",
}


def how(item: Item) -> str:
    """What an answer to this question is, in a few words."""
    return f"{HOW[item.kind]}, with its unit if you like" if item.unit else HOW[item.kind]


def question_lines(item: Item) -> Iterator[str]:
    """The question, its code and its options as text."""
    yield wrapped(clean(item.question))
    if item.code:
        yield ""
        yield "\n".join(f"    {line}" for line in clean(item.code).rstrip().splitlines())
    for labels, choices in (
        (LETTERS, item.options),
        (map(str, count(1)), item.left),
        (LETTERS, item.right),
    ):
        if choices:
            yield ""
        for label, choice in zip(labels, choices, strict=False):
            yield _choice(label, choice)
    asked = f", asked in {item.unit}" if item.unit else ""
    yield wrapped(f"(Answer: {how(item)}{asked}.)", "  ", "  ")
    if item.accepts:
        yield wrapped(f"({item.accepts[0].upper()}{item.accepts[1:]}.)", "  ", "  ")
    if item.partly:
        yield wrapped(f"({item.partly.capitalize()}.)", "  ", "  ")


def read_answer(item: Item, read_line: Callable[[str], str]) -> object:
    """The answer in what ``read_line`` brings for a prompt, in the shape that the item's kind takes.

    Raises:
        UsageProblem: it can't be read as one, or nothing was typed.
    """
    line = read_line(FIRST)
    if not line.strip():
        raise UsageProblem("Nothing was typed.", next_step=f"Answer with {how(item)}.")
    if item.kind == "single":
        return _chosen(line.strip(), item.options)
    if item.kind in ("multiple", "order"):
        return _several(line, item.options, all_of_them=item.kind == "order")
    if item.kind == "match":
        return _pairs(line, item.left, item.right)
    if item.kind == "output":
        lines = []
        while line.strip():
            lines.append(line)
            line = read_line(MORE)
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


def _several(line: str, choices: Sequence[Choice], *, all_of_them: bool) -> list[str]:
    """The options that a line names, each once."""
    ids = [_chosen(word, choices) for word in _words(line, choices)]
    letters = {choice.id: letter for letter, choice in zip(LETTERS, choices, strict=False)}
    for number, id in enumerate(ids):
        if id in ids[:number]:
            raise UsageProblem(f"{letters[id]} stands there twice.", next_step="Write each letter once.")
    missing = [letter for id, letter in letters.items() if id not in ids]
    if all_of_them and missing:
        step = f"Write all {len(letters)} letters, each once."
        raise UsageProblem(f"Not in the order yet: {' '.join(missing)}.", next_step=step)
    return ids


def _pairs(line: str, left: Sequence[Choice], right: Sequence[Choice]) -> dict[str, str]:
    """The pairs that a line names; no number stands there twice."""
    pairs: dict[str, str] = {}
    for word in re.sub(r"(\d)\s*[-=:]?\s*(?=[A-Za-z])", r"\1", line.replace(",", " ")).split():
        number, id = _pair(word, left, right)
        if left[number - 1].id in pairs:
            raise UsageProblem(f"{number} stands there twice.", next_step="Give each number one letter.")
        pairs[left[number - 1].id] = id
    if missing := [str(number) for number, one in enumerate(left, 1) if one.id not in pairs]:
        raise UsageProblem(
            f"Without a letter yet: {' '.join(missing)}.", next_step="Write all pairs, such as 1b 2a."
        )
    return pairs


def _pair(word: str, left: Sequence[Choice], right: Sequence[Choice]) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,3})([A-Za-z])", word)
    if found and 1 <= int(found[1]) <= len(left):
        return int(found[1]), _chosen(found[2], right)
    example = f"Write a number and a letter for each of the {len(left)}, such as 1b 2a."
    raise UsageProblem(f"'{clean(word)[:40]}' is no pair.", next_step=example)
