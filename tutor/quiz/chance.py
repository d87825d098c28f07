"""Chance that is the same on every run, machine and Python version."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws from a seed and a name.

    Only ``random.Random.random`` is used, since Python guarantees that sequence for a given seed
    and no other method's. The name goes into the seed by SHA-256, so that each item has draws of
    its own and adding an item changes no other.
    """

    def __init__(self, seed: int, name: str) -> None:
        digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
        self._random = random.Random(int.from_bytes(digest, "big"))

    def below(self, n: int) -> int:
        """A whole number from 0 to ``n - 1``."""
        return int(self._random.random() * n)

    def choice(self, values: Sequence[T]) -> T:
        """One of ``values``, each as likely."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> tuple[T, ...]:
        """A permutation of ``values`` (Fisher-Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return tuple(result)

    def disordered(self, values: Sequence[T]) -> tuple[T, ...]:
        """A permutation of two or more distinct ``values`` that is never their own order."""
        result = self.shuffled(values)
        return result if result != tuple(values) else (*result[1:], result[0])
