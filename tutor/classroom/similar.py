"""Pairs of files to look at: winnowed fingerprints of normalised tokens (Schleimer, Wilkerson, Aiken, SIGMOD 2003).

It is never a verdict. Short exercises have few ways to be written, so what many files share counts for little: each
fingerprint weighs the logarithm of how rare it is in the class, and those of the stub weigh nothing.
The lexer is one pattern that takes any bytes in linear time: a submission is not parsed in this process.
"""

from __future__ import annotations

import keyword
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

RUN = 12
"""Tokens in a fingerprint."""
WINDOW = 8
"""Of so many fingerprints in a row one is kept: any shared text of RUN + WINDOW − 1 tokens is found."""
LOOKED_AT_BYTES = 100_000
LEAST_SHARE, LEAST_WEIGHT = 0.6, 6.0
MOST_PAIRS = 200
TOO_COMMON = 60
"""A fingerprint of more distinct files than this leads to no pair: it is how the exercise is written."""

_TOKEN = re.compile(
    r"(?P<text>(?:\b[rbfuRBFU]{1,2})?(?:\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'''[\s\S]*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?))"  # what is never closed is a text, too: no second look
    r"|(?P<note>\#[^\n]*)"
    r"|(?P<attribute>\.[ \t]*[^\W\d]\w*)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<sign>[^\w\s])"
)
_KEPT = frozenset(keyword.kwlist)


@dataclass(frozen=True)
class Pair:
    """Two submissions that share much. ``share``: of what both hold together, by weight; 1 is all of it."""

    exercise: str
    one: str
    other: str
    share: float


def tokens(source: str) -> Iterator[str]:
    """What stays of a text when names, numbers, comments, texts and layout are taken out.

    What follows a dot stays: renaming a variable changes nothing, calling another function does.
    """
    for found in _TOKEN.finditer(source):
        kind, text = found.lastgroup, found.group()
        if kind == "name":
            yield text if text in _KEPT else "n"
        elif kind == "number":
            yield "0"
        elif kind == "attribute" or (kind == "sign" and text != ";"):
            yield text


def fingerprints(data: bytes) -> frozenset[int]:
    """The winnowed fingerprints of a file."""
    stream = list(tokens(data[:LOOKED_AT_BYTES].decode("utf-8", "replace")))
    if len(stream) < RUN:
        return frozenset([zlib.crc32(" ".join(stream).encode())]) if stream else frozenset()
    grams = [zlib.crc32(" ".join(stream[at : at + RUN]).encode()) for at in range(len(stream) - RUN + 1)]
    return frozenset(min(grams[at : at + WINDOW]) for at in range(max(1, len(grams) - WINDOW + 1)))


class Comparison:
    """Collects the files of a class, exercise by exercise, and then says which pairs to look at."""

    def __init__(self, stubs: Mapping[str, bytes]) -> None:
        self._common = {exercise: fingerprints(stub) for exercise, stub in stubs.items()}
        self._files: dict[str, dict[str, frozenset[int]]] = {}
        self._labels: dict[tuple[str, str], list[str]] = {}

    def add(self, exercise: str, label: str, sha256: str, data: bytes) -> None:
        """One submission, called ``label`` in the report. The same bytes are looked at once."""
        files = self._files.setdefault(exercise, {})
        if sha256 not in files:
            files[sha256] = fingerprints(data) - self._common.get(exercise, frozenset())
        self._labels.setdefault((exercise, sha256), []).append(label)

    def pairs(self) -> tuple[Pair, ...]:
        """The pairs, those that share most first. Of identical files the first stands against each other one."""
        found = [*self._identical()]
        for exercise, files in self._files.items():
            found += self._alike(exercise, files)
        found.sort(key=lambda pair: (-pair.share, pair.exercise, pair.one, pair.other))
        return tuple(found[:MOST_PAIRS])

    def _identical(self) -> Iterator[Pair]:
        for (exercise, sha256), (first, *others) in self._labels.items():
            if self._files[exercise][sha256]:  # nothing of their own: empty files, untouched stubs
                for other in others:
                    yield Pair(exercise, first, other, 1.0)

    def _alike(self, exercise: str, files: Mapping[str, frozenset[int]]) -> Iterator[Pair]:
        holders: dict[int, list[str]] = {}
        for sha256, prints in files.items():
            for fingerprint in prints:
                holders.setdefault(fingerprint, []).append(sha256)
        weight = {mark: math.log((len(files) + 1) / len(held)) for mark, held in holders.items()}
        shared: Counter[tuple[str, str]] = Counter()
        for held in holders.values():
            if 1 < len(held) <= TOO_COMMON:
                shared.update(combinations(sorted(held), 2))
        for one, other in shared:
            both = _sum(weight, files[one] & files[other])
            share = both / _sum(weight, files[one] | files[other])
            if share >= LEAST_SHARE and both >= LEAST_WEIGHT:
                yield Pair(
                    exercise, self._label(exercise, one), self._label(exercise, other), round(share, 3)
                )

    def _label(self, exercise: str, sha256: str) -> str:
        first, *others = self._labels[(exercise, sha256)]
        return f"{first} (and {len(others)} identical)" if others else first


def _sum(weight: Mapping[int, float], prints: Iterable[int]) -> float:
    return math.fsum(weight[one] for one in prints)
