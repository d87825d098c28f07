"""Quantities in a text beside its bare numbers: shares and multiples in words, and what stands beside a citation."""

from __future__ import annotations

import re

from tests.content.lesson_text import CITATION, NUMBER

_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_COUNTS |= {"eight": 8, "nine": 9, "ten": 10, "twelve": 12, "sixteen": 16, "twenty": 20, "hundred": 100}
_PARTS = {
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_PARTS |= {"twelfth": 12, "fourteenth": 14, "fifteenth": 15, "sixty-seventh": 67}
_HALF, _TWICE = ("half", "halve", "halves", "halved"), ("twice", "double", "doubles", "doubled")
_MANY = [word for word, count in _COUNTS.items() if count > 2]  # "two times" are two clocks
_WORDS = re.compile(
    rf"\b(?:(?:{'|'.join(_COUNTS)}) (?:{'|'.join(_PARTS)})s?|(?:{'|'.join(_MANY)}) times"
    rf"|(?:\d+-|{'|'.join(_MANY)})fold|{'|'.join((*_HALF, *_TWICE))})\b"
)
# What half a step is, and names; whoever does something twice claims no quantity.
_NO_QUANTITY = re.compile(
    r"half\*? a (?:step|scale|code|byte)|double\*{0,2} quantization|(?:nf4, |-)double"
    r"|(?:multiply|multiplies|multiplying|read) twice"
)


def words(text: str) -> set[str]:
    """Shares and multiples in words, as 'a third', 'four times', 'halves', '2-fold'; in lower case."""
    flat = " ".join(CITATION.sub("", text).lower().split())
    return set(_WORDS.findall(_NO_QUANTITY.sub("", flat)))


def worth(phrase: str) -> float:
    """What a phrase of ``words`` says."""
    if phrase in (*_HALF, *_TWICE):
        return 0.5 if phrase in _HALF else 2.0
    if phrase.endswith("fold"):
        count = phrase.removesuffix("fold").rstrip("-")
        return float(_COUNTS.get(count) or count)
    count, what = phrase.split()
    return float(_COUNTS[count] if what == "times" else _COUNTS[count] / _PARTS[what.removesuffix("s")])


_UNIT = r"(?:\s(?:%|[KMGT]i?B\b|(?:times|tokens|points|minutes|hours|days|ms)\b)|×)"
_QUANTITY = re.compile(f"({NUMBER.pattern}){_UNIT}")


def reported(text: str) -> set[str]:
    """Numbers with a unit in paragraphs that cite a source; what follows a colon belongs to the paragraph."""
    paragraphs: list[str] = []
    for part in re.split(r"\n\s*\n", text):
        if paragraphs and paragraphs[-1].rstrip().endswith(":"):
            paragraphs[-1] += f"\n{part}"
        else:
            paragraphs.append(part)
    flat = (" ".join(paragraph.split()) for paragraph in paragraphs if CITATION.search(paragraph))
    return {token for paragraph in flat for token in _QUANTITY.findall(paragraph)}
