"""Fresh inputs for a check, from the grading's secret seed and the check's name."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

import torch

T = TypeVar("T")


class Draw:
    """A source of inputs. Two checks of one grading draw independently; the same seed draws the same."""

    def __init__(self, seed: int, check: str) -> None:
        digest = hashlib.sha256(f"{seed}:{check}".encode()).digest()
        self._numbers = random.Random(digest)
        self._torch_seed = int.from_bytes(digest[:8], "little") >> 1

    @cached_property
    def generator(self) -> torch.Generator:
        """A seeded ``torch.Generator`` on the CPU."""
        return torch.Generator().manual_seed(self._torch_seed)

    def integer(self, low: int, high: int) -> int:
        """An integer from ``low`` to ``high``, both included."""
        return self._numbers.randint(low, high)

    def uniform(self, low: float, high: float) -> float:
        return self._numbers.uniform(low, high)

    def choice(self, options: Sequence[T]) -> T:
        return self._numbers.choice(options)

    def normal(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers, ``f32[shape]``."""
        return torch.randn(*shape, generator=self.generator)

    def permutation(self, count: int) -> torch.Tensor:
        """The numbers 0 … count-1 in random order, ``i64[count]``."""
        return torch.randperm(count, generator=self.generator)
