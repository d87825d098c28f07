"""Which exercise a file is for, told from its name, its folders, or what it defines; nothing is imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_COPY = re.compile(r"([ _-]?\(\d+\)|[ _-]copy|[-_]v?\d+)$", re.IGNORECASE)
"""What a second upload gets behind its name: ``(1)``, ``-1``, ``copy``."""
_DEFINED = re.compile(rb"^def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_TESTS = ("test-", "test")


class Exercises:
    """The exercises that a file may be for.

    Args:
        functions: each exercise's id, and the names that its solution defines.
    """

    def __init__(self, functions: Mapping[str, Iterable[str]]) -> None:
        self._functions = {exercise: frozenset(names) for exercise, names in functions.items()}
        self._longest_first = sorted(self._functions, key=len, reverse=True)

    def __contains__(self, exercise: object) -> bool:
        return exercise in self._functions

    def named(self, stem: str) -> str:
        """The exercise that a file's or folder's name says, copies and their numbers left out; else empty."""
        for plain in (normal(stem), normal(_COPY.sub("", stem))):
            if plain in self._functions:
                return plain
        return self.after(stem)[1]

    def after(self, stem: str) -> tuple[str, str]:
        """``(before, exercise)`` of names that end in one, such as ``hw3-per-row-scales`` or ``ada_nf4``."""
        for text in (stem, _COPY.sub("", stem)):
            plain = normal(text)
            for exercise in self._longest_first:
                if plain.endswith(f"-{exercise}") and not plain.startswith(_TESTS):
                    return text[: len(plain) - len(exercise) - 1].strip("_- "), exercise
        return "", ""

    def within(self, name: str) -> str:
        """The longest exercise whose id stands anywhere in a name, a repository's say; else empty."""
        plain = f"-{normal(name)}-"
        return next((exercise for exercise in self._longest_first if f"-{exercise}-" in plain), "")

    def defined_in(self, source: bytes) -> str:
        """The one exercise all of whose functions a text defines at its left margin; else empty."""
        names = {name.decode("ascii", "replace") for name in _DEFINED.findall(source)}
        fitting = [exercise for exercise, wanted in self._functions.items() if wanted and wanted <= names]
        return fitting[0] if len(fitting) == 1 else ""


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """A name as ids are written: small letters, dashes for underscores and spaces; of the same length."""
    return re.sub(r"[_ .]", "-", "".join(c.lower() if len(c.lower()) == 1 else c for c in name))
